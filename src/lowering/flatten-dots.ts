/**
 * @file flatten-dots: products of [.., k] with a matrix become products of two matrices, which every backend has a path for.
 * Where a product of few rows misses the matrix unit (TPU: one row costs 20 times eight), rows are filled up.
 */
import { z } from "zod";
import { definingOp, type Value } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { tensorType } from "../ir/types.js";
import { definePass } from "../passes/pass.js";
import { type Emitter, shapeOf, typeOf } from "./emit.js";
import { replaceEach } from "./replace.js";

/** Whether `op` sums over the last dimension of its first operand and one of its second, and pairs up none. */
function isMatrixProduct(op: OperationOf<"stablehlo.dot_general">): boolean {
  const dims = op.attributes.dot_dimension_numbers;
  return (
    dims.lhs_batching_dimensions.length === 0 &&
    dims.lhs_contracting_dimensions.length === 1 &&
    dims.lhs_contracting_dimensions[0] === shapeOf(op.operands[0]!).length - 1
  );
}

/** `x` with zero rows up to `rows`, behind a barrier that keeps the compiler from undoing it. */
const fillRows = (e: Emitter, x: Value, rows: number): Value =>
  e.barrier(e.pad(x, 0, 0, rows - shapeOf(x)[0]!, 0));

/** Fewer rows are not worth a fence: their elementwise work is small. */
const FENCED_ROWS = 256;

/**
 * Whether a product's left side is to be finished before it: a product of products (the MLP's gate times its other half), narrowed
 * by the product. It is then computed where the wide products leave the matrix unit, once, and not in front of this one, for every tile.
 */
function isFenced(op: OperationOf<"stablehlo.dot_general">): boolean {
  const [x] = op.operands as [Value];
  const shape = shapeOf(x);
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return (
    rows >= FENCED_ROWS &&
    shape.at(-1)! > shapeOf(op.result).at(-1)! &&
    isOp(definingOp(x), "stablehlo.multiply")
  );
}

/** Rows up to which a product is filled, by what it multiplies. */
const rowsFor = (op: OperationOf<"stablehlo.dot_general">, all: number, half: number): number =>
  typeOf(op.operands[0]!).element === "f32" ? all : Math.max(all, half);

function flatten(
  e: Emitter,
  op: OperationOf<"stablehlo.dot_general">,
  minRows: number,
  fences: boolean,
): readonly Value[] | undefined {
  const [given, w] = op.operands as [Value, Value];
  const x = fences && isFenced(op) ? e.barrier(given) : given;
  const outer = shapeOf(x).slice(0, -1);
  const rows = outer.reduce((product, size) => product * size, 1);
  if (outer.length === 1 && rows >= minRows && x === given) return undefined;
  const flat = e.reshape(x, [rows, shapeOf(x).at(-1)!]);
  const full = rows < minRows ? fillRows(e, flat, minRows) : flat;
  const { rhs_contracting_dimensions } = op.attributes.dot_dimension_numbers;
  const dot_dimension_numbers = {
    lhs_batching_dimensions: [],
    rhs_batching_dimensions: [],
    lhs_contracting_dimensions: [1],
    rhs_contracting_dimensions,
  };
  const columns = shapeOf(op.result).slice(outer.length);
  const type = tensorType([Math.max(rows, minRows), ...columns], typeOf(op.result).element);
  const attributes = { ...op.attributes, dot_dimension_numbers };
  const product = e.builder.create("stablehlo.dot_general", [full, w], attributes, {
    results: [type],
  }).result;
  return [e.reshape(e.slice(product, 0, 0, rows), shapeOf(op.result))];
}

export const flattenDots = definePass({
  name: "flatten-dots",
  summary: "dot_general over the last of many dimensions becomes a product of two matrices, of enough rows.",
  options: z.object({
    fences: z.boolean().default(false).describe("finish what wide products made before a narrowing one"),
    "half-rows": z.coerce
      .number()
      .int()
      .min(1)
      .default(1)
      .describe("the same for products of bf16 and f16; the larger of both counts"),
    "min-rows": z.coerce.number().int().min(1).default(1).describe("rows up to which products are filled"),
  }),
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
  run(module, context, options) {
    replaceEach(module, context, "stablehlo.dot_general", (e, op) =>
      isMatrixProduct(op)
        ? flatten(e, op, rowsFor(op, options["min-rows"], options["half-rows"]), options.fences)
        : undefined,
    );
  },
});
