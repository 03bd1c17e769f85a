import { describe, expect, it, test } from "vitest";
import { normal } from "../text.js";
import { refine } from "./refine.js";

test.each([
  'named_computation<"f">(%x, %c) (%y',
  "manual_computation(%x, %c) in_shardings=[<@mesh, [{}]>, <@mesh, []>] out_shardings=[<@mesh, [{}]>] manual_axes={} (%y",
])("sizes that a computation of Shardy is given are known in it: sdy.%s", (head) => {
  const text = (size: string, made: string): string => `
sdy.mesh @mesh = <["a"=2]>
func.func @main(%x: tensor<${size}xf32>) -> tensor<${size}xf32> {
  %c = stablehlo.constant dense<3> : tensor<i32>
  %r = sdy.${head}: tensor<${size}xf32>, %n: tensor<i32>) {
${made}
    sdy.return %i : tensor<${size}xf32>
  } : (tensor<${size}xf32>, tensor<i32>) -> tensor<${size}xf32>
  return %r : tensor<${size}xf32>
}`;
  const dynamic = `    %s = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
    %i = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>`;
  expect(refine(text("?", dynamic), "tensor<3xf32>")).toBe(
    normal(text("3", "    %i = stablehlo.iota dim = 0 : tensor<3xf32>")),
  );
});

describe("Shardy", () => {
  const mesh = 'sdy.mesh @mesh = <["x"=2, "y"=3]>';
  const main = (n: string, signature: string, body: string): string =>
    `func.func @main${signature} {\n${body}\n}`.replaceAll("N", n);

  /** The same text for unknown sizes and for six rows, which may be two parts of three. */
  function expectRefined(signature: string, body: string): void {
    const [open, closed] = ["?", "6"].map((n) =>
      main(n, signature, body.replaceAll("PART", n === "6" ? "3" : n)),
    );
    expect(refine(`${mesh}\n${open}`, "tensor<6x4xf32>")).toBe(normal(`${mesh}\n${closed}`));
  }
  const plain = "(%x: tensor<Nx4xf32>) -> tensor<Nx4xf32>";

  it.each([
    ["constraints", '%0 = sdy.sharding_constraint %x <@mesh, [{"x"}, {}]> : tensor<Nx4xf32>'],
    ["reshards", '%0 = sdy.reshard %x <@mesh, [{"x"}, {}]> : tensor<Nx4xf32>'],
    ["barriers", "%0 = sdy.propagation_barrier %x allowed_direction=FORWARD : tensor<Nx4xf32>"],
    [
      "shardings of operations",
      '%0 = stablehlo.add %x, %x {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"x"}, {}]>]>} : tensor<Nx4xf32>',
    ],
  ])("%s pass through", (_, operation) => {
    expectRefined(plain, `  ${operation}\n  return %0 : tensor<Nx4xf32>`);
  });

  it("shardings of arguments and results pass through", () => {
    const sharding = 'sdy.sharding = #sdy.sharding<@mesh, [{"x"}, {}]>';
    expectRefined(
      `(%x: tensor<Nx4xf32> {${sharding}}) -> (tensor<Nx4xf32> {${sharding}})`,
      "  %0 = stablehlo.negate %x : tensor<Nx4xf32>\n  return %0 : tensor<Nx4xf32>",
    );
  });

  it("bodies of named computations take what they are given", () => {
    expectRefined(
      plain,
      `  %0 = sdy.named_computation<"twice">(%x) (%y: tensor<Nx4xf32>) {
    %1 = stablehlo.add %y, %y : tensor<Nx4xf32>
    sdy.return %1 : tensor<Nx4xf32>
  } : (tensor<Nx4xf32>) -> tensor<Nx4xf32>
  return %0 : tensor<Nx4xf32>`,
    );
  });

  it("bodies of manual computations take the part that one device has, and what they give is put together", () => {
    expectRefined(
      plain,
      `  %0 = sdy.manual_computation(%x) in_shardings=[<@mesh, [{"x"}, {}]>] out_shardings=[<@mesh, [{"x"}, {}]>] manual_axes={"x"} (%y: tensor<PARTx4xf32>) {
    %1 = stablehlo.add %y, %y : tensor<PARTx4xf32>
    sdy.return %1 : tensor<PARTx4xf32>
  } : (tensor<Nx4xf32>) -> tensor<Nx4xf32>
  return %0 : tensor<Nx4xf32>`,
    );
  });

  it("rows that do not divide by the devices are refused", () => {
    const body = `  %0 = sdy.manual_computation(%x) in_shardings=[<@mesh, [{"x"}, {}]>] out_shardings=[<@mesh, [{"x"}, {}]>] manual_axes={"x"} (%y: tensor<?x4xf32>) {
    sdy.return %y : tensor<?x4xf32>
  } : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>`;
    expect(() => refine(`${mesh}\n${main("?", plain, body)}`, "tensor<5x4xf32>")).toThrow(
      "dimension 0 of operand 0, tensor<5x4xf32>, does not divide by the 2 parts of its manual axes [manual_axes_size]",
    );
  });
});
