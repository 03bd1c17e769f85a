/** @file Rules of ops that move elements: each cotangent goes back where its element came from. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf, OpName } from "../../ir/ops/index.js";
import { tensorType } from "../../ir/types.js";
import { sumAll, sumOver, zeros, zerosLike } from "../arithmetic.js";
import { numbersOf } from "../errors.js";
import type { InPlace } from "../../ir/gradient-rule.js";
import { constant, differentiable, type Rules } from "../rule.js";

/** Zero padding, or cutting where it is negative. */
function padded(
  e: Emitter,
  x: Value,
  low: readonly number[],
  high: readonly number[],
  interior: readonly number[],
): Value {
  const zero = zeros(e, tensorType([], typeOf(x).element));
  return e.builder.create("stablehlo.pad", [x, zero], {
    edge_padding_low: low,
    edge_padding_high: high,
    interior_padding: interior,
  }).result;
}

/** Back to the operand's place: what was cut comes back as zeros. */
function unsliced(e: Emitter, g: Value, op: OperationOf<"stablehlo.slice">): Value {
  const { operands, attributes } = op;
  const [starts, strides] = [numbersOf(op, attributes.start_indices), numbersOf(op, attributes.strides)];
  const taken = shapeOf(g).map((size, i) => (size === 0 ? 0 : (size - 1) * strides[i]! + 1));
  return padded(
    e,
    g,
    starts,
    shapeOf(operands[0]!).map((size, i) => size - starts[i]! - taken[i]!),
    strides.map((stride) => stride - 1),
  );
}

/** The elements of a padded tensor that are the operand's; those that were cut off get zeros. */
function unpadded(e: Emitter, g: Value, op: OperationOf<"stablehlo.pad">): Value {
  const { operands, attributes } = op;
  const low = numbersOf(op, attributes.edge_padding_low);
  const high = numbersOf(op, attributes.edge_padding_high);
  const interior = numbersOf(op, attributes.interior_padding);
  const shape = shapeOf(operands[0]!);
  const none = shape.map(() => 0);
  const negated = (sizes: readonly number[]): readonly number[] => sizes.map((size) => -size);
  if (shape.includes(0)) return zerosLike(e, operands[0]!);
  const whole = padded(e, g, negated(low), negated(high), none);
  return e.builder.create("stablehlo.slice", [whole], {
    start_indices: none,
    limit_indices: shapeOf(whole),
    strides: interior.map((size) => size + 1),
  }).result;
}

/** Sums over what was repeated, and puts the dimensions back in order. */
function unbroadcast(
  e: Emitter,
  g: Value,
  { operands, attributes }: OperationOf<"stablehlo.broadcast_in_dim">,
): Value {
  const { broadcast_dimensions: dims } = attributes;
  const shape = shapeOf(operands[0]!);
  const kept = dims.filter((dim, i) => shape[i] === shapeOf(g)[dim]);
  const summed = sumOver(
    e,
    g,
    shapeOf(g).flatMap((_, i) => (kept.includes(i) ? [] : [i])),
  );
  const sorted = [...kept].sort((a, b) => a - b);
  return e.reshape(
    e.transpose(
      summed,
      kept.map((dim) => sorted.indexOf(dim)),
    ),
    shape,
  );
}

/** Added at a place that is data, changing that part alone. */
const addedAt = (e: Emitter, whole: Value, g: Value, starts: readonly Value[]): InPlace => ({
  into(sum) {
    if (sum === undefined) return e.dynamicUpdateSlice(zerosLike(e, whole), g, starts);
    return e.dynamicUpdateSlice(sum, e.add(e.dynamicSlice(sum, starts, shapeOf(g)), g), starts);
  },
});

type MovementName = Extract<
  OpName,
  `stablehlo.${
    | "broadcast_in_dim"
    | "concatenate"
    | "constant"
    | "dynamic_slice"
    | "dynamic_update_slice"
    | "iota"
    | "pad"
    | "reshape"
    | "reverse"
    | "slice"
    | "transpose"}`
>;

export const movementRules: Rules<MovementName> = {
  "stablehlo.broadcast_in_dim": differentiable(({ e, op, cotangent }) => [
    () => unbroadcast(e, cotangent, op),
  ]),
  "stablehlo.concatenate": differentiable(({ e, op, cotangent }) => {
    const { dimension } = op.attributes;
    let start = 0;
    return op.operands.map((part) => {
      const from = start;
      start += shapeOf(part)[dimension]!;
      const to = start;
      return () => e.slice(cotangent, dimension, from, to);
    });
  }),
  "stablehlo.constant": constant,
  "stablehlo.dynamic_slice": differentiable(({ e, op, cotangent }) => [
    addedAt(e, op.operands[0]!, cotangent, op.operands.slice(1)),
  ]),
  "stablehlo.dynamic_update_slice": differentiable(({ e, op, cotangent }) => {
    const update = op.operands[1]!;
    const starts = op.operands.slice(2);
    return [
      () => e.dynamicUpdateSlice(cotangent, zerosLike(e, update), starts),
      () => e.dynamicSlice(cotangent, starts, shapeOf(update)),
    ];
  }),
  "stablehlo.iota": constant,
  "stablehlo.pad": differentiable(({ e, op, cotangent }) => [
    () => unpadded(e, cotangent, op),
    () => e.sub(sumAll(e, cotangent), sumAll(e, unpadded(e, cotangent, op))),
  ]),
  "stablehlo.reshape": differentiable(({ e, op, cotangent }) => [
    () => e.reshape(cotangent, shapeOf(op.operands[0]!)),
  ]),
  "stablehlo.reverse": differentiable(({ e, op, cotangent }) => [
    () => e.builder.create("stablehlo.reverse", [cotangent], op.attributes).result,
  ]),
  "stablehlo.slice": differentiable(({ e, op, cotangent }) => [() => unsliced(e, cotangent, op)]),
  "stablehlo.transpose": differentiable(({ e, op, cotangent }) => [
    () => {
      const { permutation } = op.attributes;
      return e.transpose(
        cotangent,
        permutation.map((_, i) => permutation.indexOf(i)),
      );
    },
  ]),
};
