/** @file flatten-dots: products of [.., k] with a matrix become products of two matrices, which every backend has a fast path for. */
import { z } from "zod";
import { shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import { elementCount } from "../../ir/types.js";
import { definePass } from "../../passes/pass.js";
import { multiply, replaceMatrixProducts } from "./matrix-product.js";

export const flattenDots = definePass({
  name: "flatten-dots",
  summary: "dot_general over the last of many dimensions becomes a product of two matrices.",
  options: z.object({}),
  example: {
    before: `func.func public @main(%arg0: tensor<2x3x4xf32>, %arg1: tensor<5x4xf32>) -> tensor<2x3x5xf32> {
  %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [2] x [1] : (tensor<2x3x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}`,
    after: `func.func public @main(%arg0: tensor<2x3x4xf32>, %arg1: tensor<5x4xf32>) -> tensor<2x3x5xf32> {
  %0 = stablehlo.reshape %arg0 : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  %1 = stablehlo.dot_general %0, %arg1, contracting_dims = [1] x [1] : (tensor<6x4xf32>, tensor<5x4xf32>) -> tensor<6x5xf32>
  %2 = stablehlo.reshape %1 : (tensor<6x5xf32>) -> tensor<2x3x5xf32>
  return %2 : tensor<2x3x5xf32>
}`,
  },
  run(module, context) {
    replaceMatrixProducts(module, context, (e, op) => {
      const [x] = op.operands as [Value];
      const outer = shapeOf(x).slice(0, -1);
      if (outer.length === 1) return undefined;
      const flat = e.reshape(x, [elementCount(outer), shapeOf(x).at(-1)!]);
      return e.reshape(multiply(e, op, flat), shapeOf(op.result));
    });
  },
});
