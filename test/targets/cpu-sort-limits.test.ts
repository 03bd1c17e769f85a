import { describe, expect, it } from "vitest";
import { VerifyError } from "../../src/ir/errors.js";
import { parseModule } from "../../src/ir/text/index.js";
import { cpu } from "../../src/targets/cpu.js";
import { verifyLimits } from "../../src/targets/limits.js";

/** What the CPU's limits say of a sort of numbers and their places. */
function verdict(comparator: string, { type = "f32", size = 17, stable = false } = {}): string {
  const module = parseModule(`
func.func private @le(%x: tensor<${type}>, %y: tensor<${type}>) -> tensor<i1> {
  %c = stablehlo.compare LE, %x, %y : (tensor<${type}>, tensor<${type}>) -> tensor<i1>
  return %c : tensor<i1>
}
func.func private @swapped(%x: tensor<${type}>, %y: tensor<${type}>) -> tensor<i1> {
  %c = func.call @le(%y, %x) : (tensor<${type}>, tensor<${type}>) -> tensor<i1>
  return %c : tensor<i1>
}
func.func @main(%a: tensor<${size}x${type}>, %i: tensor<${size}xi32>, %z: tensor<i1>) {
  %true = stablehlo.constant dense<true> : tensor<i1>
  %false = stablehlo.not %true : tensor<i1>
  %0:2 = "stablehlo.sort"(%a, %i) <{dimension = 0 : i64, is_stable = ${stable}}> ({
  ^bb0(%x: tensor<${type}>, %y: tensor<${type}>, %n: tensor<i32>, %m: tensor<i32>):
${comparator.replaceAll("tensor<T>", `tensor<${type}>`)}
    stablehlo.return %c : tensor<i1>
  }) : (tensor<${size}x${type}>, tensor<${size}xi32>) -> (tensor<${size}x${type}>, tensor<${size}xi32>)
  return
}`);
  try {
    verifyLimits(module, cpu.limits);
    return "accepted";
  } catch (error) {
    if (error instanceof VerifyError) return error.message;
    throw error;
  }
}

const compare = (direction: string, options = ""): string =>
  `    %c = stablehlo.compare ${direction}, %x, %y${options} : (tensor<T>, tensor<T>) -> tensor<i1>`;
const not = (direction: string): string =>
  `    %d = stablehlo.compare ${direction}, %x, %y : (tensor<T>, tensor<T>) -> tensor<i1>\n    %c = stablehlo.not %d : tensor<i1>`;
const called = "    %c = func.call @swapped(%x, %y) : (tensor<T>, tensor<T>) -> tensor<i1>";
const inBranch = (direction: string): string => `    %c = "stablehlo.if"(%true) ({
      %d = stablehlo.compare ${direction}, %x, %y : (tensor<T>, tensor<T>) -> tensor<i1>
      stablehlo.return %d : tensor<i1>
    }, {
      stablehlo.return %false : tensor<i1>
    }) : (tensor<i1>) -> tensor<i1>`;
const byPlace = `    %l = stablehlo.compare LT, %x, %y : (tensor<T>, tensor<T>) -> tensor<i1>
    %e = stablehlo.compare EQ, %x, %y : (tensor<T>, tensor<T>) -> tensor<i1>
    %p = stablehlo.compare LT, %n, %m : (tensor<i32>, tensor<i32>) -> tensor<i1>
    %q = stablehlo.and %e, %p : tensor<i1>
    %c = stablehlo.or %l, %q : tensor<i1>`;

describe("a sort that is not stable, of more than 16 elements", () => {
  it.each([
    ["LE", compare("LE"), "f32"],
    ["GE", compare("GE"), "i32"],
    ["EQ", compare("EQ"), "ui8"],
    ["NE", compare("NE"), "i64"],
    ["not GT", not("GT"), "f16"],
    ["not LT, which holds for what is no number", not("LT"), "f32"],
    ["always", "    %c = stablehlo.constant dense<true> : tensor<i1>", "f32"],
    ["LE of truth values", compare("LE"), "i1"],
    ["LE in a function that it calls", called, "f32"],
    ["LE in a branch", inBranch("LE"), "f32"],
    ["a constant around it", "    %c = stablehlo.not %false : tensor<i1>", "f32"],
  ])("is refused with comparator %s", (_, comparator, type) => {
    expect(verdict(comparator, { type })).toContain(
      "the comparator says of two elements that each comes before the other, and the compiler's sort then leaves its memory [fatal_sort_order]",
    );
  });

  it.each([
    ["LT", compare("LT"), "f32"],
    ["GT", compare("GT"), "i8"],
    ["LT by all bits", compare("LT", ", TOTALORDER"), "f32"],
    ["LT, equal ones by their places", byPlace, "f32"],
    [
      "not LE in a function that it calls",
      `${called.replace("%c =", "%d =")}\n    %c = stablehlo.not %d : tensor<i1>`,
      "i32",
    ],
    ["LT in a branch", inBranch("LT"), "f32"],
    [
      "LT, and a constant around it",
      `${compare("LT").replace("%c =", "%d =")}\n    %c = stablehlo.and %d, %true : tensor<i1>`,
      "f32",
    ],
  ])("is accepted with comparator %s", (_, comparator, type) => {
    expect(verdict(comparator, { type })).toBe("accepted");
  });

  it("is refused where its comparator reads what is known at run time alone", () => {
    expect(verdict("    %c = stablehlo.not %z : tensor<i1>")).toContain(
      "the comparator reads a value from around it that is no constant: whether it orders elements strictly is not known, and otherwise the compiler's sort leaves its memory [fatal_sort_order]",
    );
  });

  it.each([
    ["LT", "accepted"],
    ["GE", expect.stringContaining("[fatal_sort_order]")],
  ])("is judged where complex numbers are compared by their parts: %s", (direction, expected) => {
    const byParts = `    %r = stablehlo.imag %x : (tensor<T>) -> tensor<f32>
    %s = stablehlo.imag %y : (tensor<T>) -> tensor<f32>
    %c = stablehlo.compare ${direction}, %r, %s : (tensor<f32>, tensor<f32>) -> tensor<i1>`;
    expect(verdict(byParts, { type: "complex<f32>" })).toEqual(expected);
  });

  it("is refused where its comparator cannot be interpreted", () => {
    const random = `    %s = stablehlo.constant dense<[1, 2]> : tensor<2xui64>
    %p, %q = stablehlo.rng_bit_generator %s, algorithm = DEFAULT : (tensor<2xui64>) -> (tensor<2xui64>, tensor<ui8>)
    %o = stablehlo.constant dense<1> : tensor<ui8>
    %c = stablehlo.compare LT, %q, %o : (tensor<ui8>, tensor<ui8>) -> tensor<i1>`;
    expect(verdict(random)).toContain(
      "the comparator cannot be interpreted: whether it orders elements strictly is not known, and otherwise the compiler's sort leaves its memory (",
    );
  });

  it("is accepted with any comparator where it is stable, or short", () => {
    expect(verdict(compare("LE"), { stable: true })).toBe("accepted");
    expect(verdict(compare("LE"), { size: 16 })).toBe("accepted");
  });
});
