import { describe, expect, it } from "vitest";
import { parseModule } from "../../../src/ir/text/index.js";
import { isDynamicProgram } from "../../../src/passes/index.js";

describe("isDynamicProgram", () => {
  const isDynamic = (type: string): boolean =>
    isDynamicProgram(parseModule(`func.func @main(%x: ${type}) -> ${type} {\n  return %x : ${type}\n}`));

  it("asks whether a size has neither a value nor a bound", () => {
    const types = [
      "tensor<4xf32>",
      "tensor<?xf32, #stablehlo.bounds<4>>",
      "tensor<?x4xf32>",
      "tensor<?x?xf32, #stablehlo.bounds<4, ?>>",
      "tensor<*xf32>",
      "!stablehlo.token",
    ];
    expect(types.map(isDynamic)).toEqual([false, false, true, true, true, false]);
  });

  it("looks into the functions that @main calls, at any depth, and into no others", () => {
    const text = (called: string) => `
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @outer(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @outer(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @${called}(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @inner(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = stablehlo.constant dense<4> : tensor<1xi64>
  %0 = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @plain(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}`;
    expect(["inner", "plain"].map((called) => isDynamicProgram(parseModule(text(called))))).toEqual([
      true,
      false,
    ]);
  });
});
