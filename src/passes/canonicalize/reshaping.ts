/** @file Reshape, transpose, broadcast, reverse: chains become one step, and steps that do nothing go. */
import { typeOf } from "../../ir/emit.js";
import { definingOp } from "../../ir/operation.js";
import { isOp } from "../../ir/ops/index.js";
import { elementCount, isStatic } from "../../ir/types.js";
import { type Rule, rule } from "../rewrite.js";

const isIdentity = (order: readonly number[]): boolean => order.every((axis, i) => axis === i);

const reshapeToSame = rule("reshape to the same type", "stablehlo.reshape", ({ operands, result }) =>
  operands[0]!.type === result.type ? operands[0] : undefined,
);

const reshapeOfReshape = rule("reshape of reshape", "stablehlo.reshape", ({ operands, result }, builder) => {
  const inner = definingOp(operands[0]!);
  if (!isOp(inner, "stablehlo.reshape")) return undefined;
  return builder.create("stablehlo.reshape", inner.operands, {}, { results: [result.type] }).result;
});

const transposeOfNothing = rule(
  "transpose that moves nothing",
  "stablehlo.transpose",
  ({ operands, attributes }) => (isIdentity(attributes.permutation) ? operands[0] : undefined),
);

const transposeOfTranspose = rule(
  "transpose of transpose",
  "stablehlo.transpose",
  ({ operands, attributes }, builder) => {
    const inner = definingOp(operands[0]!);
    if (!isOp(inner, "stablehlo.transpose")) return undefined;
    const permutation = attributes.permutation.map((axis) => inner.attributes.permutation[axis]!);
    return builder.create("stablehlo.transpose", inner.operands, { permutation }).result;
  },
);

const broadcastToSame = rule(
  "broadcast to the same type",
  "stablehlo.broadcast_in_dim",
  ({ operands, attributes, result }) =>
    operands[0]!.type === result.type && isIdentity(attributes.broadcast_dimensions)
      ? operands[0]
      : undefined,
);

const broadcastOfBroadcast = rule(
  "broadcast of broadcast",
  "stablehlo.broadcast_in_dim",
  ({ operands, attributes, result }, builder) => {
    const inner = definingOp(operands[0]!);
    if (!isOp(inner, "stablehlo.broadcast_in_dim")) return undefined;
    const dimensions = inner.attributes.broadcast_dimensions.map(
      (axis) => attributes.broadcast_dimensions[axis]!,
    );
    return builder.create(
      "stablehlo.broadcast_in_dim",
      inner.operands,
      { broadcast_dimensions: dimensions },
      { results: [result.type] },
    ).result;
  },
);

const reverseOfNothing = rule(
  "reverse of single elements",
  "stablehlo.reverse",
  ({ operands, attributes }) =>
    attributes.dimensions.every((axis) => typeOf(operands[0]!).shape[axis] === 1) ? operands[0] : undefined,
);

const reverseOfReverse = rule("reverse of reverse", "stablehlo.reverse", ({ operands, attributes }) => {
  const inner = definingOp(operands[0]!);
  if (!isOp(inner, "stablehlo.reverse")) return undefined;
  const axes = (dimensions: readonly number[]): string => [...dimensions].sort().join();
  return axes(inner.attributes.dimensions) === axes(attributes.dimensions) ? inner.operands[0] : undefined;
});

/** Moving axes of size 1 leaves the order of the elements: a reshape says so. */
const transposeOfUnits = rule(
  "transpose that moves axes of size 1",
  "stablehlo.transpose",
  ({ operands, attributes, result }, builder) => {
    const type = typeOf(operands[0]!);
    if (!isStatic(type) || elementCount(type.shape) === 0) return undefined;
    const moving = attributes.permutation.filter((axis) => type.shape[axis] !== 1);
    const keepsOrder = moving.every((axis, i) => i === 0 || moving[i - 1]! < axis);
    if (!keepsOrder || isIdentity(attributes.permutation)) return undefined;
    return builder.create("stablehlo.reshape", operands, {}, { results: [result.type] }).result;
  },
);

/** Axes of two shapes that hold the same elements: a reshape merges and splits axes within them alone. */
interface AxisGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

const axesOf = (shape: readonly number[], isUnit: boolean): readonly number[] =>
  shape.flatMap((size, axis) => ((size === 1) === isUnit ? [axis] : []));

/** The smallest groups of a reshape of at least one element, in order; axes of size 1 are in none. */
function axisGroups(from: readonly number[], to: readonly number[]): readonly AxisGroup[] {
  const [before, after] = [axesOf(from, false), axesOf(to, false)];
  const groups: AxisGroup[] = [];
  for (let [i, j] = [0, 0]; i < before.length; ) {
    const [first, second] = [i, j];
    let [a, b] = [from[before[i++]!]!, to[after[j++]!]!];
    while (a !== b) {
      if (a < b) a *= from[before[i++]!]!;
      else b *= to[after[j++]!]!;
    }
    groups.push({ from: before.slice(first, i), to: after.slice(second, j) });
  }
  return groups;
}

/** Axes that a reshape between two transposes keeps together are moved before it: the transposes become one, or none. */
const transposeOfReshapedTranspose = rule(
  "transpose of a reshaped transpose",
  "stablehlo.transpose",
  ({ operands, attributes, result }, builder) => {
    const reshape = definingOp(operands[0]!);
    const inner = isOp(reshape, "stablehlo.reshape") ? definingOp(reshape.operands[0]!) : undefined;
    if (!isOp(inner, "stablehlo.transpose")) return undefined;
    const [from, to] = [typeOf(inner.result), typeOf(operands[0]!)];
    if (!isStatic(from) || !isStatic(to) || elementCount(from.shape) === 0) return undefined;
    const moved = attributes.permutation.filter((axis) => to.shape[axis] !== 1);
    const groups = axisGroups(from.shape, to.shape).toSorted(
      (a, b) => moved.indexOf(a.to[0]!) - moved.indexOf(b.to[0]!),
    );
    if (groups.flatMap((group) => group.to).some((axis, i) => axis !== moved[i])) return undefined;
    const order = [...axesOf(from.shape, true), ...groups.flatMap((group) => group.from)];
    const permutation = order.map((axis) => inner.attributes.permutation[axis]!);
    const transposed = builder.create("stablehlo.transpose", inner.operands, { permutation }).result;
    return builder.create("stablehlo.reshape", [transposed], {}, { results: [result.type] }).result;
  },
);

export const reshapingRules: readonly Rule[] = [
  reshapeToSame,
  reshapeOfReshape,
  transposeOfNothing,
  transposeOfTranspose,
  transposeOfUnits,
  transposeOfReshapedTranspose,
  broadcastToSame,
  broadcastOfBroadcast,
  reverseOfNothing,
  reverseOfReverse,
];
