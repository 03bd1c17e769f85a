/** @file Slices and their opposites: slice, dynamic_slice, dynamic_update_slice, pad, concatenate. */
import type { Integer } from "../integers.js";
import { DYNAMIC, formatType } from "../types.js";
import { sameElement } from "../verify-types.js";
import type { Value } from "../operation.js";
import { defineOp, operand, type RowAxes, rowShape, variadic } from "./define.js";
import { anyI64Array, i64 } from "./kinds.js";
import {
  checkInRange,
  checkLength,
  checkRank,
  checkSameElements,
  rankOf,
  tensors,
  typeList,
  type View,
} from "./constraints.js";
import {
  concatenated,
  type Dimension,
  dimensionOf,
  dimensionsOf,
  mergeTypes,
  tensorOf,
} from "./shape-checks.js";

/** The size of a dimension, or the bound of a dynamic one; DYNAMIC when neither is known. */
const sizeOrBound = ({ size, bound }: Dimension): number => (size === DYNAMIC ? bound : size);

/** Rows of an op that takes all of `from` along `axis` when `part` is as long; operands hold them along `axes`. */
function rowsKept(
  from: Value,
  part: Value,
  axis: number,
  axes: readonly (number | undefined)[],
): RowAxes | undefined {
  return rowShape(from)[axis] === rowShape(part)[axis] ? { operands: axes, results: [axis] } : undefined;
}

/** Elements from `start` up to `limit`; exact, unless there are more than 2^53. */
function sizeOfSlice(start: Integer, limit: Integer, stride: Integer): number {
  const [from, to, by] = [BigInt(start), BigInt(limit), BigInt(stride)];
  return Number((to - from + by - 1n) / by);
}

/** The size that padding makes of `size`; exact, unless it is beyond 2^53. */
function paddedSize(size: number, low: Integer, high: Integer, interior: Integer): number {
  const between = BigInt(Math.max(size - 1, 0)) * BigInt(interior);
  return Number(BigInt(low) + BigInt(size) + between + BigInt(high));
}

const slice = defineOp({
  name: "stablehlo.slice",
  summary: "Every strides-th element from start_indices up to limit_indices.",
  operands: [operand("operand", "PIFCQ")],
  attributes: { start_indices: anyI64Array, limit_indices: anyI64Array, strides: anyI64Array },
  traits: ["pure", "sized"],
  rowAxes: ({ operands, results }, axis) => rowsKept(operands[0]!, results[0]!, axis, [axis]),
  infer: (op) => {
    const from = op.tensor(0);
    const { start_indices: starts, limit_indices: limits, strides } = op.attributes;
    checkLength(op, starts, rankOf(from), "start_indices", "slice_c2");
    checkLength(op, limits, rankOf(from), "limit_indices", "slice_c2");
    checkLength(op, strides, rankOf(from), "strides", "slice_c2");
    const result = dimensionsOf(from).map((dimension, i) => {
      const [start, limit, stride] = [starts[i]!, limits[i]!, strides[i]!];
      const most = sizeOrBound(dimension);
      op.check(
        start >= 0 && start <= limit && (most === DYNAMIC || limit <= most),
        "slice_c3",
        `[${start}:${limit}] does not lie in dimension ${i} of ${formatType(from)}`,
      );
      op.check(stride > 0, "slice_c4", `stride ${stride} of dimension ${i} must be positive`);
      return { size: sizeOfSlice(start, limit, stride), bound: DYNAMIC };
    });
    return [tensorOf(result, from.element)];
  },
  assembly: "custom",
  example: "%0 = stablehlo.slice %arg0 [1:3, 0:4:2] : (tensor<3x4xf32>) -> tensor<2x2xf32>",
});

/** Start indices are scalars of one integer type. */
function checkStartIndices(op: View, from: number, constraint: string): void {
  const indices = tensors(op, from);
  for (const index of indices) checkRank(op, index, 0, "each start index", "start_indices");
  if (indices.length > 0) checkSameElements(op, indices, "start indices", constraint);
}

const dynamicSlice = defineOp({
  name: "stablehlo.dynamic_slice",
  summary: "A slice of fixed size from a start that is data; the start is clamped to fit.",
  operands: [operand("operand", "PIFCQ"), variadic("start_indices", "I")],
  attributes: { slice_sizes: anyI64Array },
  traits: ["pure", "sized"],
  rowAxes: ({ operands, results }, axis) =>
    rowsKept(operands[0]!, results[0]!, axis, [axis, ...operands.slice(1).map(() => undefined)]),
  infer: (op) => {
    const from = op.tensor(0);
    const { slice_sizes: sizes } = op.attributes;
    checkLength(op, op.operands.slice(1), rankOf(from), "start_indices", "dynamic_slice_c2");
    checkLength(op, sizes, rankOf(from), "slice_sizes", "dynamic_slice_c2");
    checkStartIndices(op, 1, "dynamic_slice_c3");
    from.shape.forEach((size, i) => {
      op.check(
        sizes[i]! >= 0 && (size === DYNAMIC || sizes[i]! <= size),
        "dynamic_slice_c4",
        `slice size ${sizes[i]} does not fit dimension ${i} of ${formatType(from)}`,
      );
    });
    return [
      tensorOf(
        sizes.map((size) => ({ size: Number(size), bound: DYNAMIC })),
        from.element,
      ),
    ];
  },
  assembly: { template: "%operand, %start_indices..., sizes = $slice_sizes : F" },
  example:
    "%0 = stablehlo.dynamic_slice %arg0, %arg1, sizes = [2] : (tensor<4xf32>, tensor<i32>) -> tensor<2xf32>",
});

const dynamicUpdateSlice = defineOp({
  name: "stablehlo.dynamic_update_slice",
  summary: "The operand with a part replaced by update, from a start that is data (clamped to fit).",
  operands: [operand("operand", "PIFCQ"), operand("update", "PIFCQ"), variadic("start_indices", "I")],
  attributes: {},
  traits: ["pure"],
  rowAxes: ({ operands }, axis) =>
    rowsKept(operands[0]!, operands[1]!, axis, [axis, axis, ...operands.slice(2).map(() => undefined)]),
  infer: (op) => {
    const [into, update] = [op.tensor(0), op.tensor(1)];
    const shown = `${formatType(into)} and ${formatType(update)}`;
    op.check(
      sameElement(into.element, update.element),
      "dynamic_update_slice_c2",
      `element types differ: ${shown}`,
    );
    op.check(rankOf(into) === rankOf(update), "dynamic_update_slice_c3", `ranks differ: ${shown}`);
    checkLength(op, op.operands.slice(2), rankOf(into), "start_indices", "dynamic_update_slice_c4");
    checkStartIndices(op, 2, "dynamic_update_slice_c5");
    into.shape.forEach((size, i) => {
      op.check(
        size === DYNAMIC || update.shape[i]! <= size,
        "dynamic_update_slice_c6",
        `update does not fit dimension ${i}: ${shown}`,
      );
    });
    return [into];
  },
  assembly: { template: "%operand, %update, %start_indices... : F" },
  example:
    "%0 = stablehlo.dynamic_update_slice %arg0, %arg1, %arg2 : (tensor<4xf32>, tensor<2xf32>, tensor<i32>) -> tensor<4xf32>",
});

const pad = defineOp({
  name: "stablehlo.pad",
  summary: "Adds padding_value before, after and between elements; negative edges cut.",
  operands: [operand("operand", "PIFCQ"), operand("padding_value", "PIFCQ")],
  attributes: {
    edge_padding_low: anyI64Array,
    edge_padding_high: anyI64Array,
    interior_padding: anyI64Array,
  },
  traits: ["pure"],
  rowAxes: (
    { attributes: { edge_padding_low: low, edge_padding_high: high, interior_padding: inner } },
    axis,
  ) =>
    low[axis] === 0 && high[axis] === 0 && inner[axis] === 0
      ? { operands: [axis, undefined], results: [axis] }
      : undefined,
  infer: (op) => {
    const [from, value] = [op.tensor(0), op.tensor(1)];
    const { edge_padding_low: low, edge_padding_high: high, interior_padding: interior } = op.attributes;
    checkRank(op, value, 0, "padding_value", "pad_i2");
    op.check(
      sameElement(from.element, value.element),
      "pad_c1",
      `operand and padding_value differ in element type: ${typeList([from, value])}`,
    );
    checkLength(op, low, rankOf(from), "edge_padding_low", "pad_c2");
    checkLength(op, high, rankOf(from), "edge_padding_high", "pad_c2");
    checkLength(op, interior, rankOf(from), "interior_padding", "pad_c2");
    const result = dimensionsOf(from).map((dimension, i) => {
      op.check(interior[i]! >= 0, "pad_c3", `interior_padding must not be negative, got ${interior[i]}`);
      const most = sizeOrBound(dimension);
      if (most === DYNAMIC) return dimension;
      const size = paddedSize(most, low[i]!, high[i]!, interior[i]!);
      op.check(size >= 0, "pad_c4", `padding makes the size of dimension ${i} negative`);
      return dimension.size === DYNAMIC ? { size: DYNAMIC, bound: size } : { size, bound: DYNAMIC };
    });
    return [tensorOf(result, from.element)];
  },
  assembly: {
    template:
      "%operand, %padding_value, low = $edge_padding_low, high = $edge_padding_high, interior = $interior_padding : F",
  },
  example:
    "%0 = stablehlo.pad %arg0, %arg1, low = [1], high = [2], interior = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<7xf32>",
});

const concatenate = defineOp({
  name: "stablehlo.concatenate",
  summary: "Tensors one after the other along a dimension.",
  operands: [variadic("inputs", "PIFCQ")],
  attributes: { dimension: i64 },
  traits: ["pure"],
  rowAxes: ({ operands, attributes }, axis) =>
    axis === attributes.dimension ? undefined : { operands: operands.map(() => axis), results: [axis] },
  infer: (op) => {
    const inputs = tensors(op);
    op.check(inputs.length > 0, "concatenate_c3", "needs at least one input");
    const { dimension } = op.attributes;
    const first = inputs[0]!;
    const same = inputs.every((input) => sameElement(input.element, first.element));
    op.check(same, "concatenate_c1", `inputs differ in element type: ${typeList(inputs)}`);
    checkInRange(op, [dimension], rankOf(first), "dimension", "concatenate_c4");
    const sameRank = inputs.every((input) => rankOf(input) === rankOf(first));
    op.check(sameRank, "concatenate_c2", `inputs differ in rank: ${typeList(inputs)}`);
    const total = inputs.map((input) => dimensionOf(input, dimension)).reduce(concatenated);
    const others = inputs.map((input) =>
      tensorOf(
        dimensionsOf(input).map((d, i) => (i === dimension ? total : d)),
        first.element,
      ),
    );
    return [mergeTypes(op, others, "concatenate_c2")];
  },
  assembly: { template: "%inputs..., dim = $dimension : F" },
  example:
    "%0 = stablehlo.concatenate %arg0, %arg1, dim = 0 : (tensor<2xf32>, tensor<3xf32>) -> tensor<5xf32>",
});

export const slicingOps = [slice, dynamicSlice, dynamicUpdateSlice, pad, concatenate] as const;
