/** @file gather: slices at many places, and its form with slice sizes as data. */
import { DYNAMIC, type TensorType } from "../types.js";
import { type AttributesOf, defineOp, operand, type RowAxes, rowShape, type RowView } from "./define.js";
import { bool, i64Array, optional } from "./kinds.js";
import {
  checkInRange,
  checkLength,
  checkSorted,
  checkUnique,
  list,
  rankOf,
  sameSize,
  type View,
} from "./constraints.js";
import { type Dimension, dimensionsOf, tensorOf } from "./shape-checks.js";
import { gatherDimensionNumbers } from "./structs.js";

const attributes = {
  dimension_numbers: gatherDimensionNumbers,
  slice_sizes: i64Array,
  indices_are_sorted: optional(bool, false),
};
type GatherAttributes = AttributesOf<typeof attributes>;
/** `#stablehlo.gather<..>` as a value. */
export type GatherNumbers = GatherAttributes["dimension_numbers"];

/** Constraints 1 to 20 of gather and dynamic_gather, which say the same of both. */
function checkNumbers(
  op: View,
  name: string,
  numbers: GatherNumbers,
  from: TensorType,
  starts: TensorType,
): void {
  const { offset_dims: offset, collapsed_slice_dims: collapsed, operand_batching_dims: batch } = numbers;
  const { start_indices_batching_dims: startBatch, start_index_map: map, index_vector_dim: vector } = numbers;
  const label = (n: number): string => `${name}_c${n}`;
  const rank = rankOf(from);
  const implied = offset.length + collapsed.length + batch.length;
  op.check(
    implied === rank,
    label(1),
    `offset_dims, collapsed_slice_dims and operand_batching_dims name ${implied} dimensions of an operand of rank ${rank}`,
  );
  checkInRange(op, [vector], rankOf(starts) + 1, "index_vector_dim", label(2));
  const length = vector === rankOf(starts) ? 1 : starts.shape[vector]!;
  op.check(
    length === DYNAMIC || length === map.length,
    label(3),
    `start_index_map has ${map.length} items, index vectors have ${length}`,
  );
  checkSorted(op, offset, "offset_dims", label(4));
  checkUnique(op, offset, "offset_dims", label(4));
  checkInRange(op, offset, offset.length + batchRank(numbers, starts), "offset_dims", label(5));
  checkUnique(op, [...collapsed, ...batch], "collapsed_slice_dims and operand_batching_dims", label(6));
  checkSorted(op, collapsed, "collapsed_slice_dims", label(7));
  checkInRange(op, collapsed, rank, "collapsed_slice_dims", label(8));
  checkSorted(op, batch, "operand_batching_dims", label(10));
  checkInRange(op, batch, rank, "operand_batching_dims", label(11));
  checkUnique(op, startBatch, "start_indices_batching_dims", label(13));
  checkInRange(op, startBatch, rankOf(starts), "start_indices_batching_dims", label(14));
  op.check(
    !startBatch.includes(vector),
    label(15),
    `start_indices_batching_dims ${list(startBatch)} hold index_vector_dim ${vector}`,
  );
  checkLength(op, startBatch, batch.length, "start_indices_batching_dims", label(16));
  batch.forEach((dimension, i) => {
    const [a, b] = [from.shape[dimension]!, starts.shape[startBatch[i]!]!];
    op.check(sameSize(a, b), label(17), `batching dimensions #${i} have sizes ${a} and ${b}`);
  });
  checkUnique(op, [...map, ...batch], "start_index_map and operand_batching_dims", label(18));
  checkInRange(op, map, rank, "start_index_map", label(19));
}

/** Rank of start_indices without its index vectors. */
const batchRank = ({ index_vector_dim: vector }: GatherNumbers, starts: TensorType): number =>
  rankOf(starts) - (vector === rankOf(starts) ? 0 : 1);

function checkSliceSizes(
  op: View,
  name: string,
  numbers: GatherNumbers,
  sizes: readonly number[],
  from: TensorType,
): void {
  const single = (dimensions: readonly number[], what: string, label: string): void =>
    dimensions.forEach((dimension) => {
      const size = sizes[dimension]!;
      op.check(size <= 1, label, `slice size of ${what} ${dimension} must be at most 1, got ${size}`);
    });
  single(numbers.collapsed_slice_dims, "collapsed dimension", `${name}_c9`);
  single(numbers.operand_batching_dims, "batching dimension", `${name}_c12`);
  sizes.forEach((size, i) => {
    const most = from.shape[i]!;
    op.check(
      size >= 0 && (most === DYNAMIC || size <= most),
      `${name}_c21`,
      `slice size ${size} does not fit dimension ${i} of size ${most}`,
    );
  });
}

/**
 * The result of a gather: start_indices' dimensions but the index vectors', with the slice's dimensions put at offset_dims.
 * @param sizes DYNAMIC where a slice size is not known
 */
export function gatherResult(
  numbers: GatherNumbers,
  sizes: readonly number[],
  from: TensorType,
  starts: TensorType,
): TensorType {
  const { offset_dims: offset, collapsed_slice_dims: collapsed, operand_batching_dims: batch } = numbers;
  const places = dimensionsOf(starts).filter((_, i) => i !== numbers.index_vector_dim);
  const slice = sizes
    .filter((_, i) => !collapsed.includes(i) && !batch.includes(i))
    .map((size): Dimension => ({ size, bound: DYNAMIC }));
  const rank = places.length + offset.length;
  const result = Array.from({ length: rank }, (_, i) => (offset.includes(i) ? slice : places).shift()!);
  return tensorOf(result, from.element);
}

/** Verifies and infers gather and dynamic_gather; `sizes` are undefined when they are data. */
export function inferGather(
  op: View,
  name: string,
  numbers: GatherNumbers,
  sizes: readonly number[] | undefined,
): TensorType {
  const [from, starts] = [op.tensor(0), op.tensor(1)];
  checkNumbers(op, name, numbers, from, starts);
  if (sizes === undefined) return gatherResult(numbers, Array(rankOf(from)).fill(DYNAMIC), from, starts);
  checkLength(op, sizes, rankOf(from), "slice_sizes", `${name}_c20`);
  checkSliceSizes(op, name, numbers, sizes, from);
  return gatherResult(numbers, sizes, from, starts);
}

/** Rows along a dimension of the indices, or along one of which slices hold all. */
function gatherRows(
  { operands, results, attributes }: RowView<GatherAttributes>,
  axis: number,
): RowAxes | undefined {
  const { dimension_numbers: numbers, slice_sizes: sizes, indices_are_sorted: isSorted } = attributes;
  const { offset_dims: offset, collapsed_slice_dims: collapsed, operand_batching_dims: batch } = numbers;
  const [from, starts] = [rowShape(operands[0]!), rowShape(operands[1]!)];
  if (offset.includes(axis)) {
    const source = sizes.flatMap((_, i) => (collapsed.includes(i) || batch.includes(i) ? [] : [i]))[
      offset.indexOf(axis)
    ]!;
    return sizes[source] === from[source] ? { operands: [source, undefined], results: [axis] } : undefined;
  }
  if (isSorted === true) return undefined;
  const places = starts.flatMap((_, i) => (i === numbers.index_vector_dim ? [] : [i]));
  const place =
    places[
      rowShape(results[0]!)
        .flatMap((_, i) => (offset.includes(i) ? [] : [i]))
        .indexOf(axis)
    ]!;
  return { operands: [batch[numbers.start_indices_batching_dims.indexOf(place)], place], results: [axis] };
}

const gather = defineOp({
  name: "stablehlo.gather",
  summary: "Takes slices of the operand at the places that start_indices hold.",
  operands: [operand("operand", "PIFCQ"), operand("start_indices", "I")],
  attributes,
  traits: ["pure", "sized"],
  rowAxes: gatherRows,
  infer: (op) => {
    const { dimension_numbers: numbers, slice_sizes: sizes } = op.attributes;
    return [inferGather(op, "gather", numbers, sizes)];
  },
  assembly: "generic",
  example: [
    '%0 = "stablehlo.gather"(%arg0, %arg1) <{dimension_numbers = #stablehlo.gather<offset_dims = [1],',
    "collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false,",
    "slice_sizes = array<i64: 1, 4>}> : (tensor<8x4xf32>, tensor<3x1xi32>) -> tensor<3x4xf32>",
  ].join(" "),
});

export const gatherOps = [gather] as const;
