/**
 * @file barrier-dots: what wide products made is finished before the product that narrows it (the MLP's gate times its other half, before
 * the down projection). XLA would fuse the elementwise work into the operand of the narrowing product and compute it once for every
 * tile; behind an optimization barrier it is computed once, where the wide products end.
 */
import { z } from "zod";
import { shapeOf } from "../../ir/emit.js";
import { definingOp, type Value } from "../../ir/operation.js";
import { isOp } from "../../ir/ops/index.js";
import { elementCount } from "../../ir/types.js";
import { definePass } from "../../passes/pass.js";
import { type MatrixProduct, multiply, replaceMatrixProducts } from "./matrix-product.js";

/** Products of fewer rows are left alone: their elementwise work is small. */
const LEAST_ROWS = 256;

/** Whether the op multiplies many rows, themselves a product of two, by a matrix with fewer columns than rows have. */
function isNarrowing(op: MatrixProduct): boolean {
  const [x] = op.operands as [Value];
  const shape = shapeOf(x);
  return (
    elementCount(shape.slice(0, -1)) >= LEAST_ROWS &&
    shape.at(-1)! > shapeOf(op.result).at(-1)! &&
    isOp(definingOp(x), "stablehlo.multiply")
  );
}

export const barrierDots = definePass({
  name: "barrier-dots",
  summary: "An optimization barrier before products of many rows that narrow an elementwise product.",
  options: z.object({}),
  example: {
    before: `func.func public @main(%arg0: tensor<256x8xf32>, %arg1: tensor<256x8xf32>, %arg2: tensor<4x8xf32>) -> tensor<256x4xf32> {
  %0 = stablehlo.multiply %arg0, %arg1 : tensor<256x8xf32>
  %1 = stablehlo.dot_general %0, %arg2, contracting_dims = [1] x [1] : (tensor<256x8xf32>, tensor<4x8xf32>) -> tensor<256x4xf32>
  return %1 : tensor<256x4xf32>
}`,
    after: `func.func public @main(%arg0: tensor<256x8xf32>, %arg1: tensor<256x8xf32>, %arg2: tensor<4x8xf32>) -> tensor<256x4xf32> {
  %0 = stablehlo.multiply %arg0, %arg1 : tensor<256x8xf32>
  %1 = stablehlo.optimization_barrier %0 : tensor<256x8xf32>
  %2 = stablehlo.dot_general %1, %arg2, contracting_dims = [1] x [1] : (tensor<256x8xf32>, tensor<4x8xf32>) -> tensor<256x4xf32>
  return %2 : tensor<256x4xf32>
}`,
  },
  run(module, context) {
    replaceMatrixProducts(module, context, (e, op) =>
      isNarrowing(op) ? multiply(e, op, e.barrier(op.operands[0]!)) : undefined,
    );
  },
});
