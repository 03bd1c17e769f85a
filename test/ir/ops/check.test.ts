/** arith.constant: scalars and tensors as MLIR reads, names and writes them. */
import { describe, expect, test } from "vitest";
import { interpretFunction } from "../../../src/ir/interpret/index.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { show } from "../interpret/tensors.js";
import { inMain, refusal } from "../text/helpers.js";

/** @main with one constant of this value. */
const constant = (value: string) => inMain("()", `%x = arith.constant ${value}`, "return");

describe("arith.constant", () => {
  test("of scalars is printed as it is written, its result named after the value", () => {
    const text = inMain(
      "()",
      "%c2 = arith.constant 2 : index",
      "%c-7_i32 = arith.constant -7 : i32",
      "%c9223372036854775807_i64 = arith.constant 9223372036854775807 : i64",
      "%true = arith.constant true",
      "%false = arith.constant false",
      "%cst = arith.constant 1.500000e+00 : f32",
      '%cst_0 = arith.constant {my.note = "x"} 0x7FC00001 : f32',
      "%cst_1 = arith.constant dense<[1, 2]> : tensor<2xi32>",
      "return",
    );
    const module = parseModule(text);
    verifyModule(module);
    expect(printModule(module)).toBe(text);
    const generic = printModule(module, { form: "generic" });
    expect(printModule(parseModule(generic))).toBe(text);
  });

  test.each([
    ["3 : ui32", "ui32"],
    ["dense<3> : tensor<ui32>", "tensor<ui32>"],
  ])("%s is refused: integers are signless", (value, type) => {
    expect(() => {
      verifyModule(parseModule(constant(value)));
    }).toThrow(`arith.constant: integers must be signless, got ${type} [arith_constant_signless]`);
  });

  test.each(['"text"', "[1, 2]", "f32", "@f"])("%s is no value", (value) => {
    expect(refusal(constant(value))).toContain("attribute value must be a number, a boolean or elements");
  });

  test.each([
    ["2 : index", "index", "index: 2"],
    ["-7 : i32", "i32", "i32: -7"],
    ["9223372036854775807 : i64", "i64", "i64: 9223372036854775807"],
    ["true", "i1", "i1: 1"],
    ["1.500000e+00 : bf16", "bf16", "bf16: 1.5"],
  ])("%s is interpreted as a tensor of rank 0", (value, type, expected) => {
    const text = `func.func @main() -> ${type} {\n  %x = arith.constant ${value}\n  return %x : ${type}\n}`;
    expect(interpretFunction(parseModule(text), "main", []).map(show)).toEqual([expected]);
  });
});
