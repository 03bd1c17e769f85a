/** @file What the operations of a program cost as they stand there, before a compiler fuses them: for pictures of the program. */
import { totalBytes } from "../../ir/analysis/bytes.js";
import type { Operation } from "../../ir/operation.js";
import { isOp } from "../../ir/ops/index.js";
import { elementCount, type TensorType } from "../../ir/types.js";

/** Of one execution. */
export interface NodeCost {
  /** Of products: two for each pair of numbers that is multiplied and added, padding of convolutions included. */
  readonly flops: number;
  /** Operands and results, each read or written once in full; Infinity where a size is not known. */
  readonly bytes: number;
}

export const NO_COST: NodeCost = { flops: 0, bytes: 0 };

/** What only names memory that is there, or holds what is counted by itself. */
const FREE: readonly string[] = [
  "func.call",
  "func.return",
  "stablehlo.case",
  "stablehlo.composite",
  "stablehlo.constant",
  "stablehlo.get_tuple_element",
  "stablehlo.if",
  "stablehlo.optimization_barrier",
  "stablehlo.reshape",
  "stablehlo.return",
  "stablehlo.tuple",
  "stablehlo.while",
];

/** Whose regions only say what the operation does with pairs or tuples of elements; those of others run as they stand there. */
const COMBINERS: readonly (string | undefined)[] = [
  "stablehlo.all_reduce",
  "stablehlo.map",
  "stablehlo.reduce",
  "stablehlo.reduce_scatter",
  "stablehlo.reduce_window",
  "stablehlo.scatter",
  "stablehlo.select_and_scatter",
  "stablehlo.sort",
];

/** Whether the regions of an operation are a part of what it does with elements, and no nodes of their own. */
export const combines = (operation: Operation | undefined): boolean => COMBINERS.includes(operation?.name);

/** What one operation does itself: neither what it calls nor, of a loop or a branch, what it holds. */
export const costOf = (operation: Operation): NodeCost =>
  FREE.includes(operation.name) || combines(operation.parent)
    ? NO_COST
    : {
        flops: flopsOf(operation),
        bytes: totalBytes(operation.operands) + totalBytes(operation.results),
      };

function flopsOf(operation: Operation): number {
  const [left, right] = operation.operands.map(({ type }) => (type as TensorType).shape);
  const results = operation.results.map(({ type }) => (type as TensorType).shape);
  if (isOp(operation, "stablehlo.dot_general")) {
    const { lhs_contracting_dimensions: summed } = operation.attributes.dot_dimension_numbers;
    return 2 * elementCount(results[0]!) * elementCount(summed.map((dimension) => left![dimension]!));
  }
  if (isOp(operation, "stablehlo.convolution")) {
    const { kernel_output_feature_dimension: outputs } = operation.attributes.dimension_numbers;
    return 2 * elementCount(results[0]!) * elementCount(right!.filter((_, i) => i !== outputs));
  }
  return 0;
}

export const addCosts = (a: NodeCost, b: NodeCost): NodeCost => ({
  flops: a.flops + b.flops,
  bytes: a.bytes + b.bytes,
});
