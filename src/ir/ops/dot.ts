/** @file dot_general: batched products of tensors, and the algorithms that may be asked for. */
import { DYNAMIC, formatType, type TensorType } from "../types.js";
import type { Value } from "../operation.js";
import { type AttributesOf, defineOp, type OpView, operand, rowShape } from "./define.js";
import { precisionConfig } from "./enums.js";
import { optional, since } from "./kinds.js";
import { anyQuantised, checkContractionQuantisation } from "./quantisation.js";
import { checkInRange, checkUnique, rankOf, sameSize, type View } from "./constraints.js";
import { dimensionOf, mostSpecific, tensorOf } from "./shape-checks.js";
import { dotAlgorithm, dotDimensionNumbers } from "./structs.js";

const attributes = {
  dot_dimension_numbers: dotDimensionNumbers,
  precision_config: precisionConfig,
  algorithm: since("1.6.0", optional(dotAlgorithm)),
};
type DotAttributes = AttributesOf<typeof attributes>;
type Algorithm = NonNullable<DotAttributes["algorithm"]>;

/** lhs, rhs, accumulation, primitive operations: what some hardware is known to do. */
const knownAlgorithms: ReadonlySet<string> = new Set([
  "f16 f16 f16 1",
  "f16 f16 f32 1",
  "bf16 bf16 bf16 1",
  "bf16 bf16 f32 1",
  "bf16 bf16 f32 3",
  "bf16 bf16 f32 6",
  "bf16 bf16 f32 9",
  "tf32 tf32 f32 1",
  "tf32 tf32 f32 3",
  "f32 f32 f32 1",
  "f64 f64 f64 1",
]);

function isKnown(algorithm: Algorithm): boolean {
  const { lhs_precision_type: lhs, rhs_precision_type: rhs, accumulation_type: sum } = algorithm;
  const { lhs_component_count: lhsCount, rhs_component_count: rhsCount } = algorithm;
  if (lhsCount !== 1 || rhsCount !== 1) return false;
  const operations = algorithm.num_primitive_operations;
  const isF8 = (type: string): boolean => type.startsWith("f8") && type !== "f8E8M0FNU";
  if (isF8(lhs) && isF8(rhs) && sum === "f32" && operations === 1) return true;
  return !algorithm.allow_imprecise_accumulation && knownAlgorithms.has(`${lhs} ${rhs} ${sum} ${operations}`);
}

function checkAlgorithm(op: View, algorithm: Algorithm, precisions: readonly string[]): void {
  const { lhs_component_count: lhs, rhs_component_count: rhs } = algorithm;
  const operations = algorithm.num_primitive_operations;
  op.check(
    precisions.every((precision) => precision === "DEFAULT"),
    "dot_general_c21",
    "an algorithm needs precision_config DEFAULT",
  );
  op.check(lhs > 0, "dot_general_c22", `lhs_component_count must be positive, got ${lhs}`);
  op.check(rhs > 0, "dot_general_c23", `rhs_component_count must be positive, got ${rhs}`);
  op.check(operations > 0, "dot_general_c24", `num_primitive_operations must be positive, got ${operations}`);
  op.check(
    isKnown(algorithm),
    "dot_general_i8",
    `no hardware is known to have the algorithm ${JSON.stringify(algorithm)}`,
  );
}

/** What dot_general asks of batching and contracting dimensions. */
export function checkContraction(
  op: View,
  numbers: DotAttributes["dot_dimension_numbers"],
  lhs: TensorType,
  rhs: TensorType,
): void {
  const { lhs_batching_dimensions: lhsBatch, rhs_batching_dimensions: rhsBatch } = numbers;
  const { lhs_contracting_dimensions: lhsSum, rhs_contracting_dimensions: rhsSum } = numbers;
  op.check(
    lhsBatch.length === rhsBatch.length,
    "dot_general_c1",
    "lhs and rhs must have as many batching dimensions",
  );
  op.check(
    lhsSum.length === rhsSum.length,
    "dot_general_c2",
    "lhs and rhs must have as many contracting dimensions",
  );
  checkUnique(op, [...lhsBatch, ...lhsSum], "dimensions of lhs", "dot_general_c3");
  checkUnique(op, [...rhsBatch, ...rhsSum], "dimensions of rhs", "dot_general_c4");
  checkInRange(op, lhsBatch, rankOf(lhs), "lhs_batching_dimensions", "dot_general_c5");
  checkInRange(op, lhsSum, rankOf(lhs), "lhs_contracting_dimensions", "dot_general_c6");
  checkInRange(op, rhsBatch, rankOf(rhs), "rhs_batching_dimensions", "dot_general_c7");
  checkInRange(op, rhsSum, rankOf(rhs), "rhs_contracting_dimensions", "dot_general_c8");
  const agree = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((dimension, i) => sameSize(lhs.shape[dimension]!, rhs.shape[b[i]!]!));
  const shown = `${formatType(lhs)} and ${formatType(rhs)}`;
  op.check(agree(lhsBatch, rhsBatch), "dot_general_c9", `sizes of batching dimensions differ in ${shown}`);
  op.check(agree(lhsSum, rhsSum), "dot_general_c10", `sizes of contracting dimensions differ in ${shown}`);
}

function checkQuantisation(
  op: OpView<DotAttributes>,
  [lhs, rhs, result]: [TensorType, TensorType, TensorType],
): void {
  const { element } = rhs;
  if (typeof element !== "string") {
    op.check(
      element.zeroPoints.every((zero) => zero === 0),
      "dot_general_c15",
      `zero points of rhs must be 0, got ${formatType(rhs)}`,
    );
    const contracted = op.attributes.dot_dimension_numbers.rhs_contracting_dimensions;
    op.check(
      element.axis === undefined || !contracted.includes(element.axis),
      "dot_general_c16",
      `rhs is quantised along dimension ${element.axis}, which is contracted`,
    );
  }
  checkContractionQuantisation(
    op,
    [lhs, rhs, result],
    ["dot_general_c14", "dot_general_c17", "dot_general_c18", "dot_general_c19", "dot_general_c20"],
  );
}

const dotGeneral = defineOp({
  name: "stablehlo.dot_general",
  summary: "Sums products over contracting dimensions, once for each index of the batching dimensions.",
  operands: [operand("lhs", "PIFCQ"), operand("rhs", "PIFCQA")],
  attributes,
  traits: ["pure"],
  rowAxes: ({ operands, attributes }, axis) => {
    const {
      lhs_batching_dimensions: lhsBatch,
      rhs_batching_dimensions: rhsBatch,
      lhs_contracting_dimensions: lhsSum,
      rhs_contracting_dimensions: rhsSum,
    } = attributes.dot_dimension_numbers;
    const free = (value: Value, used: readonly number[]): readonly number[] =>
      rowShape(value).flatMap((_, i) => (used.includes(i) ? [] : [i]));
    const lhs = free(operands[0]!, [...lhsBatch, ...lhsSum]);
    const rhs = free(operands[1]!, [...rhsBatch, ...rhsSum]);
    const lhsAxes = [...lhsBatch, ...lhs, ...rhs.map(() => undefined)];
    const rhsAxes = [...rhsBatch, ...lhs.map(() => undefined), ...rhs];
    return { operands: [lhsAxes[axis], rhsAxes[axis]], results: [axis] };
  },
  summedRows: ({ attributes: { dot_dimension_numbers: numbers } }) =>
    numbers.lhs_contracting_dimensions.map((axis, i) => [axis, numbers.rhs_contracting_dimensions[i]]),
  infer: (op) => {
    const [lhs, rhs] = [op.tensor(0), op.tensor(1)];
    const { dot_dimension_numbers: numbers, precision_config: precisions = [], algorithm } = op.attributes;
    op.check(
      precisions.length <= 2,
      "dot_general_c11",
      `precision_config must have 2 items, got ${precisions.length}`,
    );
    checkContraction(op, numbers, lhs, rhs);
    if (algorithm !== undefined) checkAlgorithm(op, algorithm, precisions);
    const batch = numbers.lhs_batching_dimensions.map((dimension, i) => {
      const other = dimensionOf(rhs, numbers.rhs_batching_dimensions[i]!);
      return mostSpecific(dimensionOf(lhs, dimension), other) ?? { size: DYNAMIC, bound: DYNAMIC };
    });
    const free = (type: TensorType, ...used: (readonly number[])[]) =>
      type.shape.flatMap((_, i) => (used.flat().includes(i) ? [] : [dimensionOf(type, i)]));
    const shape = [
      ...batch,
      ...free(lhs, numbers.lhs_batching_dimensions, numbers.lhs_contracting_dimensions),
      ...free(rhs, numbers.rhs_batching_dimensions, numbers.rhs_contracting_dimensions),
    ];
    // The result may accumulate in another type; without a request it is of lhs's.
    const result = op.resultTypes.length === 0 ? tensorOf(shape, lhs.element) : op.resultTensor();
    // Without the specification's C13: MLIR takes lhs and rhs of different element types, and JAX exports such.
    if (anyQuantised(lhs, rhs, result)) checkQuantisation(op, [lhs, rhs, result]);
    return [tensorOf(shape, result.element)];
  },
  assembly: "custom",
  example:
    "%0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>",
});

export const dotOps = [dotGeneral] as const;
