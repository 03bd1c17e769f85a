/**
 * @file flatten-dots: products of [.., k] with a matrix become products of two matrices, which every backend has a path for.
 * Where a product of few rows misses the matrix unit (TPU: one row costs 20 times eight), rows are filled up; where a matrix on the
 * left is read faster than one on the right (CPU), sides are exchanged.
 */
import { z } from "zod";
import { definingOp, type Value } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { elementCount } from "../ir/types.js";
import { definePass } from "../passes/pass.js";
import { type Emitter, shapeOf, typeOf } from "../ir/emit.js";
import { replaceEach } from "./lower-each.js";

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
  const rows = elementCount(shape.slice(0, -1));
  return (
    rows >= FENCED_ROWS &&
    shape.at(-1)! > shapeOf(op.result).at(-1)! &&
    isOp(definingOp(x), "stablehlo.multiply")
  );
}

/** Rows up to which a product is filled, by what it multiplies. */
const rowsFor = (op: OperationOf<"stablehlo.dot_general">, all: number, half: number): number =>
  typeOf(op.operands[0]!).element === "f32" ? all : Math.max(all, half);

/** What a target wants of a product of few rows. */
interface Habits {
  /** Rows up to which it is filled. */
  readonly filled: number;
  /** Rows up to which the matrix stands on the left. */
  readonly turned: number;
  readonly fences: boolean;
}

/**
 * Whether the sides of a product of so many rows are to be exchanged: several rows, few, fewer than columns, and a matrix whose rows are
 * summed over, which is read from end to end on either side; on the left, columns would be picked out of it.
 */
function isTurned(op: OperationOf<"stablehlo.dot_general">, rows: number, turned: number): boolean {
  const { dot_dimension_numbers: dims, algorithm } = op.attributes;
  const matrix = shapeOf(op.operands[1]!);
  const isRead = dims.rhs_contracting_dimensions[0] === matrix.length - 1;
  const columns = elementCount(matrix.slice(0, -1));
  return rows > 1 && rows <= turned && rows < columns && isRead && algorithm === undefined;
}

/** x [rows, k] times the op's matrix, which keeps its place: [rows, ..]. */
function product(e: Emitter, op: OperationOf<"stablehlo.dot_general">, x: Value): Value {
  const { dot_dimension_numbers: dims, ...attributes } = op.attributes;
  const contract = [[1], dims.rhs_contracting_dimensions] as const;
  return e.dot(x, op.operands[1]!, { contract }, typeOf(op.result).element, attributes);
}

/** The same with the matrix on the left: [.., rows], put in order. */
function turnedProduct(e: Emitter, op: OperationOf<"stablehlo.dot_general">, x: Value, rows: number): Value {
  const { dot_dimension_numbers: dims, precision_config: precision } = op.attributes;
  const contract = [dims.rhs_contracting_dimensions, [1]] as const;
  const attributes = precision === undefined ? {} : { precision_config: [...precision].reverse() };
  const turned = e.dot(op.operands[1]!, x, { contract }, typeOf(op.result).element, attributes);
  const last = shapeOf(turned).length - 1;
  const columns = Array.from({ length: last }, (_, i) => i);
  return e.transpose(e.slice(turned, last, 0, rows), [last, ...columns]);
}

function flatten(
  e: Emitter,
  op: OperationOf<"stablehlo.dot_general">,
  { filled, turned, fences }: Habits,
): readonly Value[] | undefined {
  const given = op.operands[0]!;
  const x = fences && isFenced(op) ? e.barrier(given) : given;
  const outer = shapeOf(x).slice(0, -1);
  const rows = elementCount(outer);
  const turns = isTurned(op, Math.max(rows, filled), turned);
  if (outer.length === 1 && rows >= filled && x === given && !turns) return undefined;
  const flat = e.reshape(x, [rows, shapeOf(x).at(-1)!]);
  const full = rows < filled ? fillRows(e, flat, filled) : flat;
  const result = turns ? turnedProduct(e, op, full, rows) : e.slice(product(e, op, full), 0, 0, rows);
  return [e.reshape(result, shapeOf(op.result))];
}

export const flattenDots = definePass({
  name: "flatten-dots",
  summary: "dot_general over the last of many dimensions becomes a product of two matrices, of enough rows.",
  options: z.object({
    fences: z.boolean().default(false).describe("finish what wide products made before a narrowing one"),
    "half-rows": z
      .number()
      .int()
      .min(1)
      .default(1)
      .describe("the same for products of bf16 and f16; the larger of both counts"),
    "turned-rows": z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe("rows up to which a product of several has its matrix on the left"),
    "min-rows": z.number().int().min(1).default(1).describe("rows up to which products are filled"),
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
        ? flatten(e, op, {
            filled: rowsFor(op, options["min-rows"], options["half-rows"]),
            turned: options["turned-rows"],
            fences: options.fences,
          })
        : undefined,
    );
  },
});
