/** @file Ops that rearrange: constant, iota, reshape, broadcast_in_dim, transpose, reverse, bitcast_convert. */
import {
  bitWidth,
  elementCount,
  formatType,
  isComplex,
  isQuantized,
  isStatic,
  type TensorType,
} from "../types.js";
import { isCompatible, sameElement } from "../verify-types.js";
import { defineOp, operand, rowShape } from "./define.js";
import { elementsOrAbsent, i64, i64Array } from "./kinds.js";
import {
  checkBroadcastQuantisation,
  checkReshapeQuantisation,
  checkSameScales,
  isPerAxis,
} from "./quantisation.js";
import { checkInRange, checkLength, checkUnique, list, rankOf, sameSize, type View } from "./constraints.js";
import { dimensionOf, tensorOf } from "./shape-checks.js";

const constant = defineOp({
  name: "stablehlo.constant",
  summary: "A tensor known at compile time.",
  operands: [],
  attributes: { value: elementsOrAbsent },
  traits: ["pure", "sized"],
  rowAxes: ({ attributes: { value } }, axis) =>
    "data" in value && value.splat ? { operands: [], results: [axis] } : undefined,
  infer: (op) => {
    const { type } = op.attributes.value;
    if (op.resultTypes.length === 0) return [type];
    const result = op.resultTensor();
    // A quantised constant holds its storage values.
    const storage = typeof result.element === "string" ? result.element : result.element.storage;
    const same = type.element === storage || isCompatible(type, result);
    op.check(
      same && isStatic(result) && String(type.shape) === String(result.shape),
      "constant_c1",
      `the value has type ${formatType(type)}, but ${formatType(result)} is written`,
    );
    return [result];
  },
  assembly: "custom",
  example: "%c = stablehlo.constant dense<[1, 2, 3, 4]> : tensor<4xi32>",
});

/** Complains unless the shape is static. */
export function checkStatic(op: View, type: TensorType, what: string, constraint: string): void {
  op.check(isStatic(type), constraint, `${what} must have a static shape, got ${formatType(type)}`);
}

/** At most one bounded dimension, all others static. */
function checkStaticOrBounded(op: View, type: TensorType, constraint: string): void {
  const dynamic = type.shape.map((_, i) => dimensionOf(type, i)).filter((dimension) => dimension.size < 0);
  const bounded = dynamic.length <= 1 && dynamic.every((dimension) => dimension.bound >= 0);
  op.check(
    bounded,
    constraint,
    `result must be static or have one bounded dimension, got ${formatType(type)}`,
  );
}

const iota = defineOp({
  name: "stablehlo.iota",
  summary: "Counts 0, 1, 2 ... along one dimension.",
  operands: [],
  attributes: { iota_dimension: i64 },
  traits: ["pure"],
  rowAxes: ({ attributes }, axis) =>
    axis === attributes.iota_dimension ? undefined : { operands: [], results: [axis] },
  infer: (op) => {
    const result = op.resultTensor();
    checkStatic(op, result, "result", "iota_result");
    op.check(result.element !== "i1", "iota_result", "iota does not count in i1");
    op.check(rankOf(result) > 0, "iota_c1", "iota makes no scalars");
    checkInRange(op, [op.attributes.iota_dimension], rankOf(result), "iota_dimension", "iota_c1");
    return [result];
  },
  assembly: { template: "dim = $iota_dimension : R" },
  example: "%0 = stablehlo.iota dim = 0 : tensor<4xi32>",
});

const reshape = defineOp({
  name: "stablehlo.reshape",
  summary: "The same elements in row-major order under another shape.",
  operands: [operand("operand", "PIFCQA")],
  attributes: {},
  traits: ["pure"],
  rowAxes: ({ operands, results }, axis) => {
    const [from, to] = [rowShape(operands[0]!), rowShape(results[0]!)];
    const before = elementCount(to.slice(0, axis));
    const source = from.findIndex(
      (size, i) => size === to[axis] && elementCount(from.slice(0, i)) === before,
    );
    return source < 0 ? undefined : { operands: [source], results: [axis] };
  },
  infer: (op) => {
    const [from, to] = [op.tensor(0), op.resultTensor()];
    checkStaticOrBounded(op, to, "reshape_result");
    op.check(
      sameElement(from.element, to.element),
      "reshape_c1",
      `element types must be the same, got ${formatType(from)} and ${formatType(to)}`,
    );
    op.check(
      !isStatic(from) || !isStatic(to) || elementCount(from.shape) === elementCount(to.shape),
      "reshape_c2",
      `${formatType(from)} and ${formatType(to)} hold different numbers of elements`,
    );
    checkReshapeQuantisation(op, from, to, "reshape");
    return [to];
  },
  assembly: { template: "%operand : F" },
  example: "%0 = stablehlo.reshape %arg0 : (tensor<2x6xf32>) -> tensor<3x4xf32>",
});

const broadcastInDim = defineOp({
  name: "stablehlo.broadcast_in_dim",
  summary: "Repeats elements: dimension d of the operand becomes broadcast_dimensions[d] of the result.",
  operands: [operand("operand", "PIFCQA")],
  attributes: { broadcast_dimensions: i64Array },
  traits: ["pure"],
  rowAxes: ({ operands, results, attributes }, axis) => {
    const source = attributes.broadcast_dimensions.indexOf(axis);
    const isRepeated = source < 0 || rowShape(operands[0]!)[source] !== rowShape(results[0]!)[axis];
    return { operands: [isRepeated ? undefined : source], results: [axis] };
  },
  infer: (op) => {
    const [from, to] = [op.tensor(0), op.resultTensor()];
    const { broadcast_dimensions: dimensions } = op.attributes;
    const name = "broadcast_dimensions";
    checkStaticOrBounded(op, to, "broadcast_in_dim_result");
    op.check(
      sameElement(from.element, to.element),
      "broadcast_in_dim_c1",
      `element types must be the same, got ${formatType(from)} and ${formatType(to)}`,
    );
    if (!isPerAxis(from)) checkSameScales(op, from, to, "broadcast_in_dim_c1");
    checkLength(op, dimensions, rankOf(from), name, "broadcast_in_dim_c2");
    checkInRange(op, dimensions, rankOf(to), name, "broadcast_in_dim_c3");
    checkUnique(op, dimensions, name, "broadcast_in_dim_c4");
    dimensions.forEach((target, i) => {
      const [size, other] = [from.shape[i]!, to.shape[target]!];
      op.check(
        size < 0 || size === 1 || size === other,
        "broadcast_in_dim_c5",
        `dimension ${i} of size ${size} must be 1 or the size of result dimension ${target}, ${other}`,
      );
    });
    checkBroadcastQuantisation(op, from, to, dimensions, "broadcast_in_dim_c6");
    return [to];
  },
  assembly: { template: "%operand, dims = $broadcast_dimensions : F" },
  example: "%0 = stablehlo.broadcast_in_dim %arg0, dims = [1] : (tensor<4xf32>) -> tensor<2x4xf32>",
});

const transpose = defineOp({
  name: "stablehlo.transpose",
  summary: "Dimension i of the result is dimension permutation[i] of the operand.",
  operands: [operand("operand", "PIFCQA")],
  attributes: { permutation: i64Array },
  traits: ["pure"],
  rowAxes: ({ attributes }, axis) => ({ operands: [attributes.permutation[axis]], results: [axis] }),
  infer: (op) => {
    const from = op.tensor(0);
    const { permutation } = op.attributes;
    const isPermutation =
      permutation.length === rankOf(from) && from.shape.every((_, i) => permutation.includes(i));
    op.check(
      isPermutation,
      "transpose_c2",
      `permutation must hold each of 0 .. ${rankOf(from) - 1} once, got ${list(permutation)}`,
    );
    const { element } = from;
    const result = tensorOf(
      permutation.map((source) => dimensionOf(from, source)),
      element,
    );
    if (!isQuantized(element) || op.resultTypes.length === 0) return [result];
    const to = op.resultTensor();
    checkSameScales(op, from, to, "transpose_c1");
    const { axis } = element;
    const source =
      isQuantized(to.element) && to.element.axis !== undefined ? permutation[to.element.axis] : axis;
    op.check(
      axis === source,
      "transpose_c4",
      `the operand is quantised along ${axis}, the result along what was ${source}`,
    );
    return [result];
  },
  assembly: { template: "%operand, dims = $permutation : F" },
  example: "%0 = stablehlo.transpose %arg0, dims = [1, 0] : (tensor<2x4xf32>) -> tensor<4x2xf32>",
});

const reverse = defineOp({
  name: "stablehlo.reverse",
  summary: "Reverses the order of elements along the dimensions.",
  operands: [operand("operand", "PIFCQ")],
  attributes: { dimensions: i64Array },
  traits: ["pure"],
  rowAxes: ({ attributes }, axis) =>
    attributes.dimensions.includes(axis) ? undefined : { operands: [axis], results: [axis] },
  infer: (op) => {
    const from = op.tensor(0);
    checkUnique(op, op.attributes.dimensions, "dimensions", "reverse_c2");
    checkInRange(op, op.attributes.dimensions, rankOf(from), "dimensions", "reverse_c3");
    return [from];
  },
  assembly: { template: "%operand, dims = $dimensions : T" },
  example: "%0 = stablehlo.reverse %arg0, dims = [0] : tensor<4xf32>",
});

const bitcastConvert = defineOp({
  name: "stablehlo.bitcast_convert",
  summary: "The same bits under another element type; a narrower one adds a last dimension.",
  operands: [operand("operand", "PIFCQA")],
  attributes: {},
  traits: ["pure"],
  infer: (op) => {
    const [from, to] = [op.tensor(0), op.resultTensor()];
    const shown = `${formatType(from)} and ${formatType(to)}`;
    op.check(
      isComplex(from.element) === isComplex(to.element),
      "bitcast_convert_c2",
      `real and complex do not mix: ${shown}`,
    );
    const [bits, newBits] = [bitWidth(from.element), bitWidth(to.element)];
    const [narrow, wide] = bits < newBits ? [from, to] : [to, from];
    const factor = Math.max(bits, newBits) / Math.min(bits, newBits);
    const extra = bits === newBits ? [] : [factor];
    const expected = [...wide.shape, ...extra];
    const fits =
      narrow.shape.length === expected.length && narrow.shape.every((n, i) => sameSize(n, expected[i]!));
    op.check(fits, "bitcast_convert_c1", `shapes must differ by a last dimension of ${factor}, got ${shown}`);
    return [to];
  },
  assembly: { template: "%operand : F" },
  example: "%0 = stablehlo.bitcast_convert %arg0 : (tensor<4xf32>) -> tensor<4xi32>",
});

export const shapeOps = [
  constant,
  iota,
  reshape,
  broadcastInDim,
  transpose,
  reverse,
  bitcastConvert,
] as const;
