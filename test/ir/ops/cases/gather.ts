import { type Broken, type Family, family } from "./case.js";

const numbers = `#stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [1], operand_batching_dims = [0], start_indices_batching_dims = [0], start_index_map = [1], index_vector_dim = 2>`;

/** What gather and dynamic_gather share. */
const brokenNumbers = (name: string): Broken[] => [
  [`${name}_c1`, ["collapsed_slice_dims = [1]", "collapsed_slice_dims = []"]],
  [`${name}_c2`, ["index_vector_dim = 2", "index_vector_dim = 4"]],
  [`${name}_c3`, ["start_index_map = [1]", "start_index_map = [1, 2]"]],
  [`${name}_c5`, ["offset_dims = [2]", "offset_dims = [3]"]],
  [`${name}_c6`, ["collapsed_slice_dims = [1]", "collapsed_slice_dims = [0]"]],
  [`${name}_c8`, ["collapsed_slice_dims = [1]", "collapsed_slice_dims = [3]"]],
  [`${name}_c11`, ["operand_batching_dims = [0]", "operand_batching_dims = [3]"]],
  [`${name}_c14`, ["start_indices_batching_dims = [0]", "start_indices_batching_dims = [3]"]],
  [`${name}_c15`, ["start_indices_batching_dims = [0]", "start_indices_batching_dims = [2]"]],
  [`${name}_c16`, ["start_indices_batching_dims = [0]", "start_indices_batching_dims = []"]],
  [`${name}_c17`, ["start_indices_batching_dims = [0]", "start_indices_batching_dims = [1]"]],
  [`${name}_c18`, ["start_index_map = [1]", "start_index_map = [0]"]],
  [`${name}_c19`, ["start_index_map = [1]", "start_index_map = [3]"]],
];

/** Orders, for which two dimensions of a kind are needed. */
const brokenOrders = (name: string): Broken[] => [
  [`${name}_c4`, ["offset_dims = [1, 2]", "offset_dims = [2, 1]"]],
  [`${name}_c4`, ["offset_dims = [1, 2]", "offset_dims = [1, 1]"]],
  [`${name}_c7`, ["collapsed_slice_dims = [2, 3]", "collapsed_slice_dims = [3, 2]"]],
  [`${name}_c10`, ["operand_batching_dims = [4, 5]", "operand_batching_dims = [5, 4]"]],
  [`${name}_c13`, ["start_indices_batching_dims = [0, 2]", "start_indices_batching_dims = [0, 0]"]],
];

const ordered = `#stablehlo.gather<offset_dims = [1, 2], collapsed_slice_dims = [2, 3], operand_batching_dims = [4, 5], start_indices_batching_dims = [0, 2], start_index_map = [0], index_vector_dim = 1>`;

const gather = (name: string, sizes: string, operand: readonly [string, string, string]): Family[] => [
  family(
    `%x: tensor<5x6x7xf32>, %i: tensor<5x3x1xi32>${operand[0]}`,
    `  %0 = "stablehlo.${name}"(%x, %i${operand[1]}) <{dimension_numbers = ${numbers}, indices_are_sorted = false${sizes}}> : (tensor<5x6x7xf32>, tensor<5x3x1xi32>${operand[2]}) -> tensor<5x3x?xf32>`,
    ...brokenNumbers(name),
    ["result_type", ["-> tensor<5x3x?xf32>", "-> tensor<5x4x?xf32>"]],
  ),
];

export const gatherFamilies: readonly Family[] = [
  ...gather("gather", ", slice_sizes = array<i64: 1, 1, 7>", ["", "", ""]),
  family(
    "%x: tensor<5x6x7xf32>, %i: tensor<5x3x1xi32>",
    `  %0 = "stablehlo.gather"(%x, %i) <{dimension_numbers = ${numbers}, indices_are_sorted = false, slice_sizes = array<i64: 1, 1, 7>}> : (tensor<5x6x7xf32>, tensor<5x3x1xi32>) -> tensor<5x3x7xf32>`,
    ["gather_c9", ["array<i64: 1, 1, 7>", "array<i64: 1, 2, 7>"]],
    ["gather_c12", ["array<i64: 1, 1, 7>", "array<i64: 2, 1, 7>"]],
    ["gather_c20", ["array<i64: 1, 1, 7>", "array<i64: 1, 1>"]],
    ["gather_c21", ["array<i64: 1, 1, 7>", "array<i64: 1, 1, 8>"]],
    ["result_type", ["-> tensor<5x3x7xf32>", "-> tensor<5x3x7xf16>"]],
  ),
  family(
    "%x: tensor<2x3x4x5x6x6xf32>, %i: tensor<6x1x6xi32>",
    `  %0 = "stablehlo.gather"(%x, %i) <{dimension_numbers = ${ordered}, slice_sizes = array<i64: 1, 3, 1, 1, 1, 1>}> : (tensor<2x3x4x5x6x6xf32>, tensor<6x1x6xi32>) -> tensor<6x1x3x6xf32>`,
    ...brokenOrders("gather"),
  ),
  ...gather("dynamic_gather", "", [", %s: tensor<3xi32>", ", %s", ", tensor<3xi32>"]),
  family(
    "%x: tensor<2x3x4x5x6x6xf32>, %i: tensor<6x1x6xi32>, %s: tensor<6xi32>",
    `  %0 = "stablehlo.dynamic_gather"(%x, %i, %s) <{dimension_numbers = ${ordered}}> : (tensor<2x3x4x5x6x6xf32>, tensor<6x1x6xi32>, tensor<6xi32>) -> tensor<6x?x?x6xf32>`,
    ...brokenOrders("dynamic_gather"),
    ["dynamic_gather_i3", ["tensor<6xi32>", "tensor<?xi32>"]],
    ["dynamic_gather_i3", ["tensor<6xi32>", "tensor<6x1xi32>"]],
    ["dynamic_gather_c20", ["tensor<6xi32>", "tensor<5xi32>"]],
  ),
  family(
    "%x: tensor<5x6x7xf32>, %i: tensor<5x3x1xi32>",
    `  %s = stablehlo.constant dense<[1, 1, 7]> : tensor<3xi32>
  %0 = "stablehlo.dynamic_gather"(%x, %i, %s) <{dimension_numbers = ${numbers}}> : (tensor<5x6x7xf32>, tensor<5x3x1xi32>, tensor<3xi32>) -> tensor<5x3x7xf32>`,
    ["dynamic_gather_c9", ["dense<[1, 1, 7]>", "dense<[1, 2, 7]>"]],
    ["dynamic_gather_c12", ["dense<[1, 1, 7]>", "dense<[2, 1, 7]>"]],
    ["dynamic_gather_c21", ["dense<[1, 1, 7]>", "dense<[1, 1, 8]>"]],
    ["result_type", ["-> tensor<5x3x7xf32>", "-> tensor<5x3x6xf32>"]],
  ),
];
