import { type Broken, type Family, family } from "./case.js";

const ragged = (
  types: readonly [lhs: string, rhs: string, sizes: string, result: string],
  numbers: string,
  ...broken: Broken[]
): Family => {
  const [lhs, rhs, sizes, result] = types.map((type) => `tensor<${type}>`);
  return family(
    `%a: ${lhs}, %b: ${rhs}, %g: ${sizes}`,
    `  %0 = "chlo.ragged_dot"(%a, %b, %g) <{precision_config = [#chlo<precision DEFAULT>], ragged_dot_dimension_numbers = #chlo.ragged_dot<${numbers}>}> : (${lhs}, ${rhs}, ${sizes}) -> ${result}`,
    ...broken,
  );
};

const free =
  "lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]";
const batched =
  "lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]";

export const raggedDotFamilies: readonly Family[] = [
  ragged(
    ["10x4xf32", "3x4x5xf32", "3xi32", "10x5xf32"],
    free,
    [
      "ragged_dot_precision",
      [
        "[#chlo<precision DEFAULT>]",
        "[#chlo<precision DEFAULT>, #chlo<precision HIGH>, #chlo<precision HIGH>]",
      ],
    ],
    ["ragged_dot_ragged_count", ["lhs_ragged_dimensions = [0]", "lhs_ragged_dimensions = [0, 1]"]],
    ["ragged_dot_ragged_range", ["lhs_ragged_dimensions = [0]", "lhs_ragged_dimensions = [2]"]],
    ["ragged_dot_group_count", ["rhs_group_dimensions = [0]", "rhs_group_dimensions = []"]],
    ["ragged_dot_group_range", ["rhs_group_dimensions = [0]", "rhs_group_dimensions = [4]"]],
    ["ragged_dot_group_unique", ["rhs_group_dimensions = [0]", "rhs_group_dimensions = [1]"]],
    ["ragged_dot_groups", ["tensor<3xi32>", "tensor<4xi32>"]],
    ["ragged_dot_group_sizes", ["tensor<3xi32>", "tensor<i32>"]],
    ["ragged_dot_group_sizes", ["tensor<3xi32>", "tensor<2x3xi32>"]],
    ["dot_general_c10", ["10x4xf32", "10x6xf32"]],
    ["result_type", ["10x5xf32", "10x6xf32"]],
  ),
  ragged(
    ["7x10x4xf32", "3x4x5xf32", "7x3xi32", "7x10x5xf32"],
    free.replace("[1]", "[2]").replace("ragged_dimensions = [0]", "ragged_dimensions = [1]"),
    ["ragged_dot_group_sizes", ["7x3xi32", "6x3xi32"]],
  ),
  ragged(
    ["2x7x4xf32", "2x4x5xf32", "2x3xi32", "3x2x7x5xf32"],
    `${batched}, lhs_ragged_dimensions = [2]`,
    ["ragged_dot_group_count", ["_dimensions = [2]>", "_dimensions = [2], rhs_group_dimensions = [2]>"]],
    ["result_type", ["3x2x7x5xf32", "2x7x5xf32"]],
  ),
  ragged(["2x7x4xf32", "2x4x5xf32", "3xi32", "2x7x5xf32"], `${batched}, lhs_ragged_dimensions = [0]`, [
    "ragged_dot_group_sizes",
    ["tensor<3xi32>", "tensor<2x3xi32>"],
  ]),
];
