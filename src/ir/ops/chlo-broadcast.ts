/** @file The chlo.broadcast_ ops: elementwise ops whose operands are first broadcast to one shape, as numpy does. */
import { DYNAMIC, formatType, type TensorType, withElement } from "../types.js";
import { inTypeClass, sameElement } from "../verify-types.js";
import { type Violation, violation } from "../errors.js";
import { rankOf, tensors, typeList, type View } from "./constraints.js";
import { defineOp, type OpView, operand } from "./define.js";
import { chloComparisonDirection, chloComparisonType } from "./enums.js";
import { i64Array, optional } from "./kinds.js";
import { type Dimension, dimensionsOf, tensorOf } from "./shape-checks.js";

interface Broadcasting {
  readonly broadcast_dimensions?: readonly number[] | undefined;
}

const unit: Dimension = { size: 1, bound: DYNAMIC };

/** The size both broadcast to: where neither is 1 they are the same. Undefined when they cannot be. */
function broadcastDimension(a: Dimension, b: Dimension): Dimension | undefined {
  if (a.size === 1) return b;
  if (b.size === 1 || a.size === b.size) {
    if (a.size !== DYNAMIC || b.size !== DYNAMIC) return a;
    const isBounded = a.bound !== DYNAMIC && b.bound !== DYNAMIC;
    return { size: DYNAMIC, bound: isBounded ? Math.max(a.bound, b.bound) : DYNAMIC };
  }
  // A dynamic size beside a static one is 1 or the same.
  if (a.size === DYNAMIC) return b;
  return b.size === DYNAMIC ? a : undefined;
}

/** Dimension i of `type` is dimension `targets[i]` of `rank`; the others are 1. */
function placed(type: TensorType, targets: readonly number[], rank: number): readonly Dimension[] {
  const own = dimensionsOf(type);
  return Array.from({ length: rank }, (_, i) => own[targets.indexOf(i)] ?? unit);
}

/**
 * Where the dimensions of an operand of rank `own` stand among `rank`: at the end, as in numpy, or where
 * `broadcast_dimensions` says, which speaks of the operand of the smaller rank.
 */
export const broadcastTargets = (own: number, rank: number, given?: readonly number[]): readonly number[] =>
  own < rank && given !== undefined ? given : Array.from({ length: own }, (_, i) => rank - own + i);

/** The dimensions that all types broadcast to. */
function broadcastAll(
  op: View,
  types: readonly TensorType[],
  given?: readonly number[],
): readonly Dimension[] {
  const rank = Math.max(...types.map(rankOf));
  const operands = types.map((type) => placed(type, broadcastTargets(rankOf(type), rank, given), rank));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = operands.map((dimensions) => dimensions[i]!);
    const common = sizes.reduce<Dimension | undefined>((a, b) => a && broadcastDimension(a, b), unit);
    op.check(
      common !== undefined,
      "chlo_broadcast_shapes",
      `${typeList(types)} do not broadcast: dimension ${i} has the sizes ${sizes.map(({ size }) => size).join(" and ")}`,
    );
    return common!;
  });
}

/** What is wrong with the dimensions that are given for the operand of the smaller rank. */
export function broadcastDimensionsProblem(
  types: readonly TensorType[],
  given: readonly number[],
): Violation | undefined {
  const ranks = types.map(rankOf);
  const [own, rank] = [Math.min(...ranks), Math.max(...ranks)];
  if (given.length !== own)
    return violation(
      "chlo_broadcast_dimensions_size",
      `broadcast_dimensions must have ${own} items, got ${given.length}`,
    );
  const outside = given.find((dimension) => dimension < 0 || dimension >= rank);
  if (outside !== undefined)
    return violation(
      "chlo_broadcast_dimensions_range",
      `broadcast_dimensions must lie in [0, ${rank}), got ${outside}`,
    );
  return given.every((dimension, i) => i === 0 || given[i - 1]! < dimension)
    ? undefined
    : violation(
        "chlo_broadcast_dimensions_order",
        `broadcast_dimensions must increase, got [${given.join(", ")}]`,
      );
}

function checkElements(op: View, types: readonly TensorType[]): void {
  op.check(
    types.every((type) => sameElement(type.element, types[0]!.element)),
    "chlo_broadcast_elements",
    `operands must have the same element type, got ${typeList(types)}`,
  );
}

/**
 * The type of lhs and rhs broadcast. Where dimensions are given that do not fit them, it is as written: MLIR reads such programs, and
 * complains when it decomposes them.
 */
function inferBroadcast(op: OpView<Broadcasting>): TensorType {
  const types = tensors(op);
  const { broadcast_dimensions: given } = op.attributes;
  const { element } = types[0]!;
  checkElements(op, types);
  const problem = given && broadcastDimensionsProblem(types, given);
  const isReadable = given?.every((dimension) => dimension >= 0) === true && op.resultTypes.length > 0;
  if (problem !== undefined && isReadable) return tensorOf(dimensionsOf(op.resultTensor()), element);
  if (problem !== undefined) op.check(false, problem.constraint, problem.message);
  return tensorOf(broadcastAll(op, types, given), element);
}

const dimensions = { broadcast_dimensions: optional(i64Array) };
const assembly = { template: "%lhs, %rhs : F" };

const sample = (types: string): string => (types.includes("F") ? "f32" : "i32");

/** The ops of which MLIR reads no more element types than they compute. */
const readAsComputed: ReadonlySet<string> = new Set(["and", "or", "xor", "zeta"]);
/** By op, of which element types it computes. */
const computed = new Map<string, string>();

/** The operand of an element type that MLIR reads, but of which the op computes nothing. */
export const unusedOperandProblem = (op: string, types: readonly TensorType[]): Violation | undefined => {
  const type = types.find((each) => !inTypeClass(each, computed.get(op) ?? "PIFCQA"));
  return type && violation("chlo_broadcast_operands", `computes nothing of ${formatType(type)}`);
};

/** @param types - the element types of which the op computes; where floats are among them, so are numbers that stand for floats */
const binary = <const Name extends string>(name: Name, types: string, summary: string) => {
  const withQuantised = (of: string): string => (types.includes("F") ? `${of}QA` : of);
  const all = withQuantised(readAsComputed.has(name) ? types : "PIFC");
  computed.set(`chlo.broadcast_${name}`, withQuantised(types));
  return defineOp({
    name: `chlo.broadcast_${name}`,
    summary: `${summary} Operands are broadcast.`,
    operands: [operand("lhs", all), operand("rhs", all)],
    attributes: dimensions,
    traits: ["pure"],
    infer: (op) => [inferBroadcast(op)],
    assembly,
    example: `%0 = chlo.broadcast_${name} %arg0, %arg1 {broadcast_dimensions = array<i64: 1>} : (tensor<4x${sample(types)}>, tensor<2x4x${sample(types)}>) -> tensor<2x4x${sample(types)}>`,
  });
};

const compare = defineOp({
  name: "chlo.broadcast_compare",
  summary: "Compares elementwise. Operands are broadcast.",
  operands: [operand("lhs", "PIFC"), operand("rhs", "PIFC")],
  attributes: {
    ...dimensions,
    compare_type: chloComparisonType,
    comparison_direction: chloComparisonDirection,
  },
  traits: ["pure"],
  infer: (op) => [withElement(inferBroadcast(op), "i1")],
  assembly,
  example:
    "%0 = chlo.broadcast_compare %arg0, %arg1 {compare_type = #chlo<comparison_type TOTALORDER>, comparison_direction = #chlo<comparison_direction LT>} : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xi1>",
});

const complex = defineOp({
  name: "chlo.broadcast_complex",
  summary: "Complex numbers from their real and imaginary parts. Operands are broadcast.",
  operands: [operand("lhs", "F"), operand("rhs", "F")],
  attributes: dimensions,
  traits: ["pure"],
  infer: (op) => {
    const parts = inferBroadcast(op);
    const { element } = parts;
    op.check(
      element === "f32" || element === "f64",
      "chlo_broadcast_complex_parts",
      `parts must be f32 or f64, got ${formatType(op.tensor(0))}`,
    );
    return [withElement(parts, element === "f64" ? "complex<f64>" : "complex<f32>")];
  },
  assembly,
  example:
    "%0 = chlo.broadcast_complex %arg0, %arg1 : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xcomplex<f32>>",
});

const select = defineOp({
  name: "chlo.broadcast_select",
  summary: "Takes each element of on_true where pred holds, else of on_false. Operands are broadcast.",
  operands: [operand("pred", "P"), operand("on_true", "PIFC"), operand("on_false", "PIFC")],
  attributes: {},
  traits: ["pure"],
  infer: (op) => {
    const types = tensors(op);
    checkElements(op, types.slice(1));
    return [tensorOf(broadcastAll(op, types), types[1]!.element)];
  },
  assembly: { template: "%pred, %on_true, %on_false : F" },
  example:
    "%0 = chlo.broadcast_select %arg0, %arg1, %arg2 : (tensor<2x1xi1>, tensor<4xf32>, tensor<f32>) -> tensor<2x4xf32>",
});

export const chloBroadcastOps = [
  binary("add", "PIFC", "Sum; logical or for i1."),
  binary("and", "PI", "Bitwise and; logical and for i1."),
  binary("atan2", "FC", "Angle of the point (rhs, lhs)."),
  compare,
  complex,
  binary("divide", "IFC", "Quotient; integers round towards zero."),
  binary("maximum", "PIFC", "Larger of both; logical or for i1."),
  binary("minimum", "PIFC", "Smaller of both; logical and for i1."),
  binary("multiply", "PIFC", "Product; logical and for i1."),
  binary("next_after", "F", "The next number after lhs in the direction of rhs."),
  binary("or", "PI", "Bitwise or; logical or for i1."),
  binary("polygamma", "F", "Derivative of order lhs of digamma."),
  binary("power", "IFC", "lhs to the power of rhs."),
  binary("remainder", "IFC", "Remainder of the division, with the sign of lhs."),
  select,
  binary("shift_left", "I", "lhs shifted left by rhs bits."),
  binary("shift_right_arithmetic", "I", "lhs shifted right by rhs bits, its sign kept."),
  binary("shift_right_logical", "I", "lhs shifted right by rhs bits, zeros shifted in."),
  binary("subtract", "IFC", "Difference."),
  binary("xor", "PI", "Bitwise exclusive or; logical for i1."),
  binary("zeta", "F", "Hurwitz zeta function."),
] as const;
