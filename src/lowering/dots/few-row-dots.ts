/**
 * @file few-row-dots: products of few rows in the form that the target computes fastest. Where few rows miss the matrix unit (TPU: one row
 * costs 20 times eight), they are padded; where a matrix is read faster as the left operand (CPU), operands are swapped: W x^T for x W^T.
 */
import { z } from "zod";
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import { elementCount } from "../../ir/types.js";
import { definePass } from "../../passes/pass.js";
import { type MatrixProduct, multiply, replaceMatrixProducts } from "./matrix-product.js";

/** `x` [rows, k] with zero rows up to `rows`, behind a barrier that keeps the compiler from undoing it. */
const padRows = (e: Emitter, x: Value, rows: number): Value =>
  e.barrier(e.pad(x, 0, 0, rows - shapeOf(x)[0]!, 0));

/**
 * Whether the operands of a product of so many rows are to be swapped: from two rows up to `most`, fewer than columns, and a matrix
 * [out, in], which is read from end to end on either side; of a matrix [in, out] on the left, columns would be picked.
 */
function isSwapped(op: MatrixProduct, rows: number, most: number): boolean {
  const { dot_dimension_numbers: dims, algorithm } = op.attributes;
  const matrix = shapeOf(op.operands[1]!);
  const isReadInOrder = dims.rhs_contracting_dimensions[0] === matrix.length - 1;
  const columns = elementCount(matrix.slice(0, -1));
  return rows > 1 && rows <= most && rows < columns && isReadInOrder && algorithm === undefined;
}

/** The matrix of `op` times x^T, transposed: the first `rows` rows of x [padded, k] times the matrix, [rows, columns]. */
function multiplySwapped(e: Emitter, op: MatrixProduct, x: Value, rows: number): Value {
  const { dot_dimension_numbers: dims, precision_config: precision } = op.attributes;
  const contract = [dims.rhs_contracting_dimensions, [1]] as const;
  const attributes = precision === undefined ? {} : { precision_config: [...precision].reverse() };
  const swapped = e.dot(op.operands[1]!, x, { contract }, typeOf(op.result).element, attributes);
  const last = shapeOf(swapped).length - 1;
  const columns = Array.from({ length: last }, (_, i) => i);
  return e.transpose(e.slice(swapped, last, 0, rows), [last, ...columns]);
}

/** The product of x [rows, k], padded to `least` rows and with operands swapped up to `most`; undefined where it is right as it is. */
function multiplyFew(e: Emitter, op: MatrixProduct, least: number, most: number): Value | undefined {
  const [x] = op.operands as [Value];
  if (shapeOf(x).length !== 2) return undefined;
  const rows = shapeOf(x)[0]!;
  const swaps = isSwapped(op, Math.max(rows, least), most);
  if (rows >= least && !swaps) return undefined;
  const padded = rows < least ? padRows(e, x, least) : x;
  return swaps ? multiplySwapped(e, op, padded, rows) : e.slice(multiply(e, op, padded), 0, 0, rows);
}

export const fewRowDots = definePass({
  name: "few-row-dots",
  summary: "Products of a few rows with a matrix are padded to more, or have their operands swapped.",
  options: z.object({
    "min-rows": z.number().int().min(1).default(1).describe("products of fewer rows are padded to these"),
    "min-half-rows": z
      .number()
      .int()
      .min(1)
      .default(1)
      .describe("the same for products of bf16 and f16; the larger of both counts"),
    "swap-up-to": z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe("from two rows up to these, W x^T is emitted for x W^T; 0 for never"),
  }),
  example: {
    options: "swap-up-to=4",
    before: `func.func public @main(%arg0: tensor<3x4xf32>, %arg1: tensor<5x4xf32>) -> tensor<3x5xf32> {
  %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [1] : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}`,
    after: `func.func public @main(%arg0: tensor<3x4xf32>, %arg1: tensor<5x4xf32>) -> tensor<3x5xf32> {
  %0 = stablehlo.dot_general %arg1, %arg0, contracting_dims = [1] x [1] : (tensor<5x4xf32>, tensor<3x4xf32>) -> tensor<5x3xf32>
  %1 = stablehlo.transpose %0, dims = [1, 0] : (tensor<5x3xf32>) -> tensor<3x5xf32>
  return %1 : tensor<3x5xf32>
}`,
  },
  run(module, context, options) {
    replaceMatrixProducts(module, context, (e, op) => {
      const { "min-rows": all, "min-half-rows": half, "swap-up-to": most } = options;
      const least = typeOf(op.operands[0]!).element === "f32" ? all : Math.max(all, half);
      return multiplyFew(e, op, least, most);
    });
  },
});
