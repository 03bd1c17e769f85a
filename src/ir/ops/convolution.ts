/** @file convolution, and dynamic_conv whose padding is data. */
import { DYNAMIC, formatType, type TensorType } from "../types.js";
import { sameElement } from "../verify-types.js";
import { constantIntegers } from "./constants.js";
import { type AttributesOf, defineOp, type OpView, operand } from "./define.js";
import { precisionConfig } from "./enums.js";
import { absentAs, boolArray, i64, type IntegerMatrix, optional } from "./kinds.js";
import { anyQuantised, checkContractionQuantisation } from "./quantisation.js";
import { checkInRange, checkUnique, rankOf, sameSize } from "./constraints.js";
import { type Dimension, dimensionOf, tensorOf } from "./shape-checks.js";
import { convDimensionNumbers } from "./structs.js";
import {
  checkWindow,
  type WindowDimension,
  windowOnes,
  windowPadding,
  windowRank,
  windowResult,
} from "./window.js";

const attributes = {
  window_strides: windowOnes,
  lhs_dilation: windowOnes,
  rhs_dilation: windowOnes,
  window_reversal: absentAs(optional(boolArray), (attributes) =>
    Array<boolean>(windowRank(attributes)).fill(false),
  ),
  dimension_numbers: convDimensionNumbers,
  feature_group_count: i64,
  batch_group_count: i64,
  precision_config: precisionConfig,
};
type View = OpView<AttributesOf<typeof attributes>>;

/** Constraint `n` of the op under its own name: both ops number them alike. */
type Label = (n: number) => string;

function checkNumbers(op: View, lhs: TensorType, rhs: TensorType, label: Label): void {
  const d = op.attributes.dimension_numbers;
  const rank = rankOf(lhs);
  const shown = `${formatType(lhs)} and ${formatType(rhs)}`;
  op.check(rank === rankOf(rhs), label(1), `lhs and rhs must have the same rank, got ${shown}`);
  op.check(rank >= 2, label(1), `lhs and rhs must have at least rank 2, got ${shown}`);
  const spatial = rank - 2;
  const checkCount = (dimensions: readonly number[], name: string, n: number): void =>
    op.check(
      dimensions.length === spatial,
      label(n),
      `${name} must have ${spatial} items, got ${dimensions.length}`,
    );
  checkCount(d.input_spatial_dimensions, "input_spatial_dimensions", 12);
  checkCount(d.kernel_spatial_dimensions, "kernel_spatial_dimensions", 17);
  checkCount(d.output_spatial_dimensions, "output_spatial_dimensions", 19);
  const checkDistinct = (dimensions: readonly number[], name: string, n: number): void => {
    checkInRange(op, dimensions, rank, name, label(n));
    checkUnique(op, dimensions, name, label(n));
  };
  checkDistinct(
    [d.input_batch_dimension, d.input_feature_dimension, ...d.input_spatial_dimensions],
    "input dimensions",
    13,
  );
  checkDistinct(
    [d.kernel_input_feature_dimension, d.kernel_output_feature_dimension, ...d.kernel_spatial_dimensions],
    "kernel dimensions",
    18,
  );
  checkDistinct(
    [d.output_batch_dimension, d.output_feature_dimension, ...d.output_spatial_dimensions],
    "output dimensions",
    20,
  );
}

function checkGroups(op: View, lhs: TensorType, rhs: TensorType, label: Label): void {
  const { dimension_numbers: d, feature_group_count: features, batch_group_count: batches } = op.attributes;
  op.check(features > 0, label(21), `feature_group_count must be positive, got ${features}`);
  op.check(batches > 0, label(22), `batch_group_count must be positive, got ${batches}`);
  op.check(
    features === 1 || batches === 1,
    label(23),
    `only one group count may exceed 1, got ${features} and ${batches}`,
  );
  const divides = (size: number, count: number): boolean => size === DYNAMIC || size % count === 0;
  const batch = lhs.shape[d.input_batch_dimension]!;
  const feature = lhs.shape[d.input_feature_dimension]!;
  const kernelInput = rhs.shape[d.kernel_input_feature_dimension]!;
  const kernelOutput = rhs.shape[d.kernel_output_feature_dimension]!;
  op.check(
    divides(batch, batches),
    label(10),
    `batch_group_count ${batches} must divide the input batch ${batch}`,
  );
  op.check(
    divides(feature, features),
    label(11),
    `feature_group_count ${features} must divide the input features ${feature}`,
  );
  op.check(
    feature === DYNAMIC || sameSize(feature / features, kernelInput),
    label(14),
    `the kernel must take ${feature} / ${features} input features, takes ${kernelInput}`,
  );
  op.check(
    divides(kernelOutput, batches),
    label(15),
    `batch_group_count ${batches} must divide the output features ${kernelOutput}`,
  );
  op.check(
    divides(kernelOutput, features),
    label(16),
    `feature_group_count ${features} must divide the output features ${kernelOutput}`,
  );
}

function checkQuantisation(
  op: View,
  lhs: TensorType,
  rhs: TensorType,
  result: TensorType,
  label: Label,
): void {
  const d = op.attributes.dimension_numbers;
  const axisOf = ({ element }: TensorType) => (typeof element === "string" ? undefined : element.axis);
  const [kernelAxis, outputAxis] = [axisOf(rhs), axisOf(result)];
  op.check(
    kernelAxis === undefined || kernelAxis === d.kernel_output_feature_dimension,
    label(29),
    `rhs must be quantised along its output features, is along ${kernelAxis}`,
  );
  op.check(
    outputAxis === undefined || outputAxis === d.output_feature_dimension,
    label(30),
    `the result must be quantised along its features, is along ${outputAxis}`,
  );
  checkContractionQuantisation(
    op,
    [lhs, rhs, result],
    [label(28), label(31), label(32), label(33), label(34)],
  );
}

function resultDimensions(
  op: View,
  lhs: TensorType,
  rhs: TensorType,
  window: readonly WindowDimension[] | undefined,
): Dimension[] {
  const { dimension_numbers: d, batch_group_count: groups } = op.attributes;
  const result: Dimension[] = lhs.shape.map(() => ({ size: DYNAMIC, bound: DYNAMIC }));
  const input = d.input_spatial_dimensions.map((dimension) => dimensionOf(lhs, dimension));
  if (window !== undefined) {
    windowResult(input, window).forEach((dimension, i) => {
      result[d.output_spatial_dimensions[i]!] = dimension;
    });
  }
  const batch = lhs.shape[d.input_batch_dimension]!;
  result[d.output_batch_dimension] = { size: batch === DYNAMIC ? DYNAMIC : batch / groups, bound: DYNAMIC };
  result[d.output_feature_dimension] = dimensionOf(rhs, d.kernel_output_feature_dimension);
  return result;
}

function windowOf(
  op: View,
  rhs: TensorType,
  padding: IntegerMatrix | undefined,
  label: Label,
): WindowDimension[] {
  const a = op.attributes;
  const window = {
    sizes: a.dimension_numbers.kernel_spatial_dimensions.map((dimension) => rhs.shape[dimension]!),
    strides: a.window_strides,
    baseDilations: a.lhs_dilation,
    windowDilations: a.rhs_dilation,
    reversal: a.window_reversal,
    padding,
  };
  return checkWindow(op, window, {
    sizes: label(25),
    strides: [label(2), label(3)],
    padding: label(4),
    baseDilations: [label(5), label(6)],
    windowDilations: [label(7), label(8)],
    reversal: label(9),
  });
}

/** Padding as an attribute has it (absent: none), or "data" where it is not known before the program runs. */
type Padding = IntegerMatrix | "data" | undefined;

/** Both ops; `paddingOf` is asked after the dimensions and groups are checked. */
function inferConvolution(op: View, name: string, paddingOf: () => Padding): TensorType {
  const label: Label = (n) => `${name}_c${n}`;
  const [lhs, rhs] = [op.tensor(0), op.tensor(1)];
  checkNumbers(op, lhs, rhs, label);
  checkGroups(op, lhs, rhs, label);
  const precisions = op.attributes.precision_config?.length ?? 0;
  op.check(precisions <= 2, label(24), `precision_config must have 2 items, got ${precisions}`);
  const padding = paddingOf();
  const window = padding === "data" ? undefined : windowOf(op, rhs, padding, label);
  const dimensions = resultDimensions(op, lhs, rhs, window);
  const result = op.resultTypes.length === 0 ? tensorOf(dimensions, lhs.element) : op.resultTensor();
  if (anyQuantised(lhs, rhs, result)) checkQuantisation(op, lhs, rhs, result, label);
  else
    op.check(
      sameElement(lhs.element, rhs.element),
      label(27),
      `lhs and rhs must have the same element type, got ${formatType(lhs)} and ${formatType(rhs)}`,
    );
  return tensorOf(dimensions, result.element);
}

const convolution = defineOp({
  name: "stablehlo.convolution",
  summary: "Slides the kernel rhs over the input lhs and sums products of features.",
  operands: [operand("lhs", "PIFCQ"), operand("rhs", "PIFCQA")],
  attributes: { ...attributes, padding: windowPadding },
  traits: ["pure"],
  infer: (op) => [inferConvolution(op, "convolution", () => op.attributes.padding)],
  assembly: "custom",
  example: [
    "%0 = stablehlo.convolution(%arg0, %arg1) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {pad = [[3, 0]]}",
    "{batch_group_count = 1 : i64, feature_group_count = 8 : i64} :",
    "(tensor<2x5x8xf32>, tensor<4x1x8xf32>) -> tensor<2x5x8xf32>",
  ].join(" "),
});

function paddingOperand(op: View): Padding {
  const padding = op.tensor(2);
  const spatial = rankOf(op.tensor(0)) - 2;
  op.check(
    padding.shape.length === 2 && padding.shape[0] === spatial && padding.shape[1] === 2,
    "dynamic_conv_c4",
    `padding must be a tensor of shape [${spatial}, 2], got ${formatType(padding)}`,
  );
  const values = constantIntegers(op.operands[2]!);
  return values === undefined ? "data" : { shape: padding.shape, values };
}

const dynamicConv = defineOp({
  name: "stablehlo.dynamic_conv",
  summary: "A convolution whose padding is data.",
  operands: [operand("lhs", "PIFCQ"), operand("rhs", "PIFCQA"), operand("padding", "I")],
  attributes,
  traits: ["pure"],
  revision: { since: "0.20.0", drops: ["padding"] },
  infer: (op) => [inferConvolution(op, "dynamic_conv", () => paddingOperand(op))],
  assembly: "generic",
  example: [
    '%0 = "stablehlo.dynamic_conv"(%arg0, %arg1, %arg2) <{batch_group_count = 1 : i64, dimension_numbers =',
    "#stablehlo.conv<[b, 0, f]x[0, i, o]->[b, 0, f]>, feature_group_count = 8 : i64}> :",
    "(tensor<2x5x8xf32>, tensor<4x1x8xf32>, tensor<1x2xi64>) -> tensor<2x?x8xf32>",
  ].join(" "),
});

export const convolutionOps = [convolution, dynamicConv] as const;
