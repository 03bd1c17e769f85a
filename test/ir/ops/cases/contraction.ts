import { type Family, family } from "./case.js";

const quantised = "!quant.uniform<i8:f32, 5.000000e-01>";
const along = (axis: number): string => `!quant.uniform<i8:f32:${axis}, {5.000000e-01,2.500000e-01}>`;

const algorithm =
  "algorithm = #stablehlo.dot_algorithm<lhs_precision_type = bf16, rhs_precision_type = bf16, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 3, allow_imprecise_accumulation = false>";
const dimensions =
  "dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]>";

/** A quantised convolution; `label` is the name of the op and the start of its constraints. */
const quantisedConvolution = (
  name: string,
  padding: readonly [operand: string, type: string, attribute: string],
): Family => {
  const perAxis = along(2);
  const result = along(2);
  return family(
    `%l: tensor<2x5x2x${quantised}>, %r: tensor<3x2x2x${perAxis}>, %p: tensor<1x2xi64>`,
    `  %0 = "stablehlo.${name}"(%l, %r${padding[0]}) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, f]x[0, i, o]->[b, 0, f]>, feature_group_count = 1 : i64${padding[2]}}> : (tensor<2x5x2x${quantised}>, tensor<3x2x2x${perAxis}>${padding[1]}) -> tensor<2x?x2x${result}>`,
    [`${name}_c28`, [`tensor<2x5x2x${quantised}>`, "tensor<2x5x2xf32>"]],
    [`${name}_c29`, [`tensor<3x2x2x${perAxis}>`, `tensor<3x2x2x${along(1)}>`]],
    [`${name}_c30`, [`-> tensor<2x?x2x${result}>`, `-> tensor<2x?x2x${along(0)}>`]],
    [`${name}_c31`, [quantised, "!quant.uniform<i4:f32, 5.000000e-01>"]],
    [`${name}_c32`, [quantised, "!quant.uniform<i8:f16, 5.000000e-01>"]],
    [`${name}_c33`, [`tensor<3x2x2x${perAxis}>`, `tensor<3x2x2x${quantised}>`]],
    [
      `${name}_c34`,
      [`tensor<2x5x2x${quantised}>`, "tensor<2x5x2xf16>"],
      [`-> tensor<2x?x2x${result}>`, "-> tensor<2x?x2xf32>"],
    ],
  );
};

const convolution = (
  name: string,
  padding: readonly [operand: string, type: string, attribute: string],
  result: string,
): Family =>
  family(
    "%l: tensor<4x5x8xf32>, %r: tensor<3x2x8xf32>",
    `  %c = stablehlo.constant dense<[[1, 0]]> : tensor<1x2xi64>
  %0 = "stablehlo.${name}"(%l, %r${padding[0]}) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<raw input_batch_dimension = 0, input_feature_dimension = 2, input_spatial_dimensions = [1], kernel_input_feature_dimension = 1, kernel_output_feature_dimension = 2, kernel_spatial_dimensions = [0], output_batch_dimension = 0, output_feature_dimension = 2, output_spatial_dimensions = [1]>, feature_group_count = 4 : i64, lhs_dilation = array<i64: 1>${padding[2]}, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGH>], rhs_dilation = array<i64: 1>, window_reversal = array<i1: false>, window_strides = array<i64: 1>}> : (tensor<4x5x8xf32>, tensor<3x2x8xf32>${padding[1]}) -> ${result}`,
    [`${name}_c1`, ["tensor<3x2x8xf32>", "tensor<3x2x8x1xf32>"]],
    [`${name}_c2`, ["window_strides = array<i64: 1>", "window_strides = array<i64: 1, 1>"]],
    [`${name}_c3`, ["window_strides = array<i64: 1>", "window_strides = array<i64: 0>"]],
    [`${name}_c5`, ["lhs_dilation = array<i64: 1>", "lhs_dilation = array<i64: 1, 1>"]],
    [`${name}_c6`, ["lhs_dilation = array<i64: 1>", "lhs_dilation = array<i64: 0>"]],
    [`${name}_c7`, ["rhs_dilation = array<i64: 1>", "rhs_dilation = array<i64: 1, 1>"]],
    [`${name}_c8`, ["rhs_dilation = array<i64: 1>", "rhs_dilation = array<i64: 0>"]],
    [`${name}_c9`, ["array<i1: false>", "array<i1: false, false>"]],
    [
      `${name}_c10`,
      ["batch_group_count = 1", "batch_group_count = 3"],
      ["feature_group_count = 4", "feature_group_count = 1"],
    ],
    [`${name}_c11`, ["feature_group_count = 4", "feature_group_count = 3"]],
    [`${name}_c12`, ["input_spatial_dimensions = [1]", "input_spatial_dimensions = [1, 2]"]],
    [`${name}_c13`, ["input_batch_dimension = 0", "input_batch_dimension = 2"]],
    [`${name}_c13`, ["input_batch_dimension = 0", "input_batch_dimension = 3"]],
    [`${name}_c14`, ["feature_group_count = 4", "feature_group_count = 2"]],
    [
      `${name}_c15`,
      ["batch_group_count = 1", "batch_group_count = 4"],
      ["feature_group_count = 4", "feature_group_count = 1"],
      ["tensor<3x2x8xf32>", "tensor<3x8x7xf32>"],
    ],
    [`${name}_c16`, ["tensor<3x2x8xf32>", "tensor<3x2x7xf32>"]],
    [`${name}_c17`, ["kernel_spatial_dimensions = [0]", "kernel_spatial_dimensions = []"]],
    [`${name}_c18`, ["kernel_input_feature_dimension = 1", "kernel_input_feature_dimension = 0"]],
    [`${name}_c19`, ["output_spatial_dimensions = [1]", "output_spatial_dimensions = []"]],
    [`${name}_c20`, ["output_batch_dimension = 0", "output_batch_dimension = 1"]],
    [`${name}_c21`, ["feature_group_count = 4", "feature_group_count = 0"]],
    [`${name}_c22`, ["batch_group_count = 1", "batch_group_count = 0"]],
    [`${name}_c23`, ["batch_group_count = 1", "batch_group_count = 2"]],
    [
      `${name}_c24`,
      ["[#stablehlo<precision DEFAULT>", "[#stablehlo<precision HIGH>, #stablehlo<precision DEFAULT>"],
    ],
    [`${name}_c25`, ["tensor<3x2x8xf32>", "tensor<0x2x8xf32>"]],
    [`${name}_c27`, ["tensor<3x2x8xf32>", "tensor<3x2x8xf16>"]],
    ["result_type", [`-> ${result}`, "-> tensor<4x4x7xf32>"]],
  );

const densePadding = ", padding = dense<[[1, 0]]> : tensor<1x2xi64>";

export const contractionFamilies: readonly Family[] = [
  family(
    "%l: tensor<2x3x4xf32>, %r: tensor<2x4x5xf32>",
    `  %0 = "stablehlo.dot_general"(%l, %r) <{${algorithm}, ${dimensions}, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>`,
    ["dot_general_c1", ["lhs_batching_dimensions = [0]", "lhs_batching_dimensions = []"]],
    ["dot_general_c2", ["lhs_contracting_dimensions = [2]", "lhs_contracting_dimensions = []"]],
    ["dot_general_c3", ["lhs_batching_dimensions = [0]", "lhs_batching_dimensions = [2]"]],
    ["dot_general_c4", ["rhs_batching_dimensions = [0]", "rhs_batching_dimensions = [1]"]],
    ["dot_general_c5", ["lhs_batching_dimensions = [0]", "lhs_batching_dimensions = [3]"]],
    ["dot_general_c6", ["lhs_contracting_dimensions = [2]", "lhs_contracting_dimensions = [-1]"]],
    ["dot_general_c7", ["rhs_batching_dimensions = [0]", "rhs_batching_dimensions = [3]"]],
    ["dot_general_c8", ["rhs_contracting_dimensions = [1]", "rhs_contracting_dimensions = [3]"]],
    ["dot_general_c9", ["tensor<2x4x5xf32>", "tensor<3x4x5xf32>"]],
    ["dot_general_c10", ["tensor<2x4x5xf32>", "tensor<2x3x5xf32>"]],
    [
      "dot_general_c11",
      ["[#stablehlo<precision DEFAULT>", "[#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>"],
    ],
    ["dot_general_c21", ["[#stablehlo<precision DEFAULT>", "[#stablehlo<precision HIGH>"]],
    ["dot_general_c22", ["lhs_component_count = 1", "lhs_component_count = 0"]],
    ["dot_general_c23", ["rhs_component_count = 1", "rhs_component_count = 0"]],
    ["dot_general_c24", ["num_primitive_operations = 3", "num_primitive_operations = 0"]],
    ["dot_general_i8", ["num_primitive_operations = 3", "num_primitive_operations = 4"]],
    ["result_type", ["-> tensor<2x3x5xf32>", "-> tensor<2x3x4xf32>"]],
  ),
  family(
    `%l: tensor<3x2x${quantised}>, %r: tensor<2x2x${along(1)}>`,
    `  %0 = "stablehlo.dot_general"(%l, %r) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>}> : (tensor<3x2x${quantised}>, tensor<2x2x${along(1)}>) -> tensor<3x2x${along(1)}>`,
    ["dot_general_c14", [`tensor<3x2x${quantised}>`, "tensor<3x2xf32>"]],
    [
      "dot_general_c15",
      [`tensor<2x2x${along(1)}>`, "tensor<2x2x!quant.uniform<i8:f32:1, {5.000000e-01:3,2.500000e-01}>>"],
    ],
    ["dot_general_c16", [`tensor<2x2x${along(1)}>`, `tensor<2x2x${along(0)}>`]],
    ["dot_general_c17", [quantised, "!quant.uniform<i4:f32, 5.000000e-01>"]],
    ["dot_general_c18", [quantised, "!quant.uniform<i8:f16, 5.000000e-01>"]],
    ["dot_general_c19", [`tensor<2x2x${along(1)}>`, `tensor<2x2x${quantised}>`]],
    [
      "dot_general_c20",
      [`tensor<3x2x${quantised}>`, "tensor<3x2xf16>"],
      [`-> tensor<3x2x${along(1)}>`, "-> tensor<3x2xf32>"],
    ],
  ),
  convolution("convolution", ["", "", densePadding], "tensor<4x4x8xf32>"),
  family(
    "%l: tensor<4x5x8xf32>, %r: tensor<3x2x8xf32>",
    "  %0 = stablehlo.convolution(%l, %r) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {pad = [[1, 0]]} {batch_group_count = 1 : i64, feature_group_count = 4 : i64} : (tensor<4x5x8xf32>, tensor<3x2x8xf32>) -> tensor<4x4x8xf32>",
    ["convolution_c4", ["pad = [[1, 0]]", "pad = [[1, 0], [0, 0]]"]],
  ),
  quantisedConvolution("convolution", ["", "", densePadding]),
  convolution("dynamic_conv", [", %c", ", tensor<1x2xi64>", ""], "tensor<4x4x8xf32>"),
  family(
    "%l: tensor<4x5x8xf32>, %r: tensor<3x2x8xf32>, %p: tensor<1x2xi64>",
    '  %0 = "stablehlo.dynamic_conv"(%l, %r, %p) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, f]x[0, i, o]->[b, 0, f]>, feature_group_count = 4 : i64}> : (tensor<4x5x8xf32>, tensor<3x2x8xf32>, tensor<1x2xi64>) -> tensor<4x?x8xf32>',
    ["dynamic_conv_c4", ["tensor<1x2xi64>", "tensor<2x2xi64>"]],
  ),
  quantisedConvolution("dynamic_conv", [", %p", ", tensor<1x2xi64>", ""]),
];
