/** @file Slice, concatenate, pad, dynamic_slice, tuples: parts that are the whole, wholes made of one part. */
import { typeOf } from "../../ir/emit.js";
import { areNumbers } from "../../ir/integers.js";
import { definingOp, type Value } from "../../ir/operation.js";
import { isOp } from "../../ir/ops/index.js";
import { elementCount, isStatic } from "../../ir/types.js";
import { splatOf } from "../../ir/analysis/constants.js";
import { type Rule, rule } from "../rewrite.js";

const sliceOfWhole = rule("slice of the whole", "stablehlo.slice", ({ operands, attributes, result }) => {
  const { start_indices: start, strides } = attributes;
  const whole = operands[0]!.type === result.type && isStatic(typeOf(result));
  return whole && start.every((at) => at === 0) && strides.every((s) => s === 1) ? operands[0] : undefined;
});

const sliceOfSlice = rule(
  "slice of slice",
  "stablehlo.slice",
  ({ operands, attributes, result }, builder) => {
    const inner = definingOp(operands[0]!);
    if (
      !isOp(inner, "stablehlo.slice") ||
      !isStatic(typeOf(result)) ||
      elementCount(typeOf(result).shape) === 0
    )
      return undefined;
    const { start_indices: offsets, strides: steps } = inner.attributes;
    const { start_indices: starts, strides: outer } = attributes;
    if (!areNumbers(offsets) || !areNumbers(steps) || !areNumbers(starts) || !areNumbers(outer))
      return undefined;
    const strides = outer.map((stride, i) => stride * steps[i]!);
    if (!strides.every(Number.isSafeInteger)) return undefined;
    const start = starts.map((at, i) => offsets[i]! + at * steps[i]!);
    const limit = typeOf(result).shape.map((size, i) => start[i]! + (size - 1) * strides[i]! + 1);
    return builder.create("stablehlo.slice", inner.operands, {
      start_indices: start,
      limit_indices: limit,
      strides,
    }).result;
  },
);

/** A slice that lies in one part of a concatenation is a slice of that part. */
const sliceOfConcatenation = rule(
  "slice of one part of a concatenation",
  "stablehlo.slice",
  ({ operands, attributes }, builder) => {
    const inner = definingOp(operands[0]!);
    if (!isOp(inner, "stablehlo.concatenate") || !inner.operands.every((part) => isStatic(typeOf(part))))
      return undefined;
    const { dimension } = inner.attributes;
    const { start_indices: start, limit_indices: limit, strides } = attributes;
    if (!areNumbers(start) || !areNumbers(limit)) return undefined;
    let offset = 0;
    for (const part of inner.operands) {
      const size = typeOf(part).shape[dimension]!;
      if (
        start[dimension]! >= offset &&
        limit[dimension]! <= offset + size &&
        start[dimension]! < limit[dimension]!
      ) {
        const shift = (at: number, axis: number): number => (axis === dimension ? at - offset : at);
        const moved = { start_indices: start.map(shift), limit_indices: limit.map(shift), strides };
        return builder.create("stablehlo.slice", [part], moved).result;
      }
      offset += size;
    }
    return undefined;
  },
);

const concatenationOfOne = rule("concatenation of one part", "stablehlo.concatenate", ({ operands }) =>
  operands.length === 1 ? operands[0] : undefined,
);

const concatenationOfEmpty = rule(
  "concatenation with empty parts",
  "stablehlo.concatenate",
  ({ operands, attributes, result }, builder) => {
    const full = operands.filter((part) => typeOf(part).shape[attributes.dimension] !== 0);
    if (full.length === operands.length || full.length === 0) return undefined;
    return builder.create("stablehlo.concatenate", full, attributes, { results: [result.type] }).result;
  },
);

/** Only when the inner one has no other user: its parts would be copied twice. */
const concatenationOfConcatenation = rule(
  "concatenation of concatenation",
  "stablehlo.concatenate",
  ({ operands, attributes, result }, builder) => {
    const partsOf = (part: Value): readonly Value[] => {
      const inner = definingOp(part);
      const flat =
        isOp(inner, "stablehlo.concatenate") &&
        inner.attributes.dimension === attributes.dimension &&
        part.users.size === 1;
      return flat ? inner.operands : [part];
    };
    const parts = operands.flatMap(partsOf);
    if (parts.length === operands.length) return undefined;
    return builder.create("stablehlo.concatenate", parts, attributes, { results: [result.type] }).result;
  },
);

const padOfNothing = rule("pad by nothing", "stablehlo.pad", ({ operands, attributes, result }) => {
  const amounts = [attributes.edge_padding_low, attributes.edge_padding_high, attributes.interior_padding];
  const none = amounts.every((amount) => amount.every((n) => n === 0));
  return none && operands[0]!.type === result.type ? operands[0] : undefined;
});

/** Start indices are clamped so that the slice stays inside (spec: dynamic_slice). */
const dynamicSliceByConstants = rule(
  "dynamic_slice at constant indices",
  "stablehlo.dynamic_slice",
  ({ operands, attributes }, builder) => {
    const [operand, ...indices] = operands as readonly [Value, ...Value[]];
    const { shape } = typeOf(operand);
    const sizes = attributes.slice_sizes;
    if (!areNumbers(sizes)) return undefined;
    const starts = indices.map((index, i) => (shape[i] === sizes[i] ? 0 : splatOf(index)));
    if (!isStatic(typeOf(operand)) || starts.includes(undefined)) return undefined;
    const start = (starts as number[]).map((at, i) => Math.min(Math.max(at, 0), shape[i]! - sizes[i]!));
    return builder.create("stablehlo.slice", [operand], {
      start_indices: start,
      limit_indices: start.map((at, i) => at + sizes[i]!),
      strides: start.map(() => 1),
    }).result;
  },
);

const updateOfWhole = rule(
  "dynamic_update_slice of the whole",
  "stablehlo.dynamic_update_slice",
  ({ operands, result }) =>
    operands[1]!.type === result.type && isStatic(typeOf(result)) ? operands[1] : undefined,
);

const elementOfTuple = rule(
  "get_tuple_element of tuple",
  "stablehlo.get_tuple_element",
  ({ operands, attributes }) => {
    const inner = definingOp(operands[0]!);
    return isOp(inner, "stablehlo.tuple") ? inner.operands[attributes.index] : undefined;
  },
);

export const slicingRules: readonly Rule[] = [
  sliceOfWhole,
  sliceOfSlice,
  sliceOfConcatenation,
  concatenationOfOne,
  concatenationOfEmpty,
  concatenationOfConcatenation,
  padOfNothing,
  dynamicSliceByConstants,
  updateOfWhole,
  elementOfTuple,
];
