import { describe, expect, it } from "vitest";
import { elementsFromNumbers, numberAt } from "../../../src/ir/elements.js";
import { interpretFunction } from "../../../src/ir/interpret/index.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { tensorType } from "../../../src/ir/types.js";
import { refineShapes } from "../../../src/passes/index.js";
import { normal } from "../text.js";
import { refine, twoShapes } from "./refine.js";

describe("functions", () => {
  it("are made once for each shape that they are called with", () => {
    const names = (inputs: string) =>
      [...refine(twoShapes, inputs).matchAll(/func @?.*?@(\w+)/g)].map(([, name]) => name);
    expect(names("tensor<3xf32>, tensor<3xf32>")).toEqual(["main", "mean"]);
    expect(names("tensor<3xf32>, tensor<4xf32>")).toEqual(["main", "mean_0", "mean"]);
  });

  it("of sizes alone are computed, as JAX's helpers about dimensions are", () => {
    const text = `
func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
  %m = call @half(%n) : (tensor<i32>) -> tensor<i32>
  %s = stablehlo.reshape %m : (tensor<i32>) -> tensor<1xi32>
  %0 = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
func.func private @half(%n: tensor<i32>) -> tensor<i32> {
  %two = stablehlo.constant dense<2> : tensor<i32>
  %0 = stablehlo.divide %n, %two : tensor<i32>
  return %0 : tensor<i32>
}`;
    expect(refine(text, "tensor<9xf32>")).toBe(
      normal(`
func.func @main(%x: tensor<9xf32>) -> tensor<4xf32> {
  %0 = stablehlo.iota dim = 0 : tensor<4xf32>
  return %0 : tensor<4xf32>
}`),
    );
  });

  it("leading arguments that are not given keep their types; values may be given for those of sizes", () => {
    const text = `
func.func @main(%platform: tensor<i32>, %n: tensor<i32>, %x: tensor<?xf32>) -> tensor<?xf32> {
  %s = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %0 = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>
  %1 = stablehlo.add %x, %0 : tensor<?xf32>
  return %1 : tensor<?xf32>
}`;
    expect(refine(text, "dense<4> : tensor<i32>, tensor<4xf32>")).toBe(
      normal(`
func.func @main(%platform: tensor<i32>, %n: tensor<i32>, %x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.iota dim = 0 : tensor<4xf32>
  %1 = stablehlo.add %x, %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}`),
    );
  });
});

it("a program gives the same for the same inputs before and after", () => {
  const inputs = [
    [1, 2, 6],
    [1, 5],
  ].map((values) => elementsFromNumbers(tensorType([values.length], "f32"), values));
  const module = parseModule(twoShapes);
  const before = interpretFunction(module, "main", inputs);
  refineShapes(
    module,
    inputs.map(({ type }) => type),
  );
  const after = interpretFunction(module, "main", inputs);
  expect([before, after].map(([result]) => numberAt(result!, 0))).toEqual([6, 6]);
});
