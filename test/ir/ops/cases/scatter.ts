import { type Family, family } from "./case.js";

const body = `({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    "stablehlo.return"(%b) : (tensor<f32>) -> ()
  })`;

export const scatterFamilies: readonly Family[] = [
  family(
    "%x: tensor<5x6x7xf32>, %i: tensor<5x3x1xi32>, %u: tensor<5x3x7xf32>",
    `  %0 = "stablehlo.scatter"(%x, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [2], inserted_window_dims = [1], input_batching_dims = [0], scatter_indices_batching_dims = [0], scatter_dims_to_operand_dims = [1], index_vector_dim = 2>}> ${body} : (tensor<5x6x7xf32>, tensor<5x3x1xi32>, tensor<5x3x7xf32>) -> tensor<5x6x7xf32>`,
    ["scatter_c2", ["inserted_window_dims = [1]", "inserted_window_dims = []"]],
    ["scatter_c4", ["tensor<5x3x7xf32>", "tensor<5x3x8xf32>"]],
    ["scatter_c4", ["tensor<5x3x7xf32>", "tensor<5x4x7xf32>"]],
    ["scatter_c4", ["tensor<5x3x7xf32>", "tensor<5x21xf32>"]],
    [
      "scatter_c5",
      ["(%x, %i, %u)", "(%i)"],
      [": (tensor<5x6x7xf32>, tensor<5x3x1xi32>, tensor<5x3x7xf32>)", ": (tensor<5x3x1xi32>)"],
    ],
    ["scatter_c8", ["update_window_dims = [2]", "update_window_dims = [3]"]],
    ["scatter_c9", ["inserted_window_dims = [1]", "inserted_window_dims = [0]"]],
    ["scatter_c11", ["inserted_window_dims = [1]", "inserted_window_dims = [3]"]],
    ["scatter_c13", ["input_batching_dims = [0]", "input_batching_dims = [3]"]],
    ["scatter_c15", ["scatter_indices_batching_dims = [0]", "scatter_indices_batching_dims = [3]"]],
    ["scatter_c16", ["scatter_indices_batching_dims = [0]", "scatter_indices_batching_dims = [2]"]],
    ["scatter_c17", ["scatter_indices_batching_dims = [0]", "scatter_indices_batching_dims = []"]],
    ["scatter_c18", ["scatter_indices_batching_dims = [0]", "scatter_indices_batching_dims = [1]"]],
    ["scatter_c19", ["scatter_dims_to_operand_dims = [1]", "scatter_dims_to_operand_dims = [1, 2]"]],
    ["scatter_c20", ["scatter_dims_to_operand_dims = [1]", "scatter_dims_to_operand_dims = [0]"]],
    ["scatter_c21", ["scatter_dims_to_operand_dims = [1]", "scatter_dims_to_operand_dims = [3]"]],
    ["scatter_c22", ["index_vector_dim = 2", "index_vector_dim = 4"]],
    ["scatter_c23", ["%b: tensor<f32>)", "%b: tensor<f32>, %c: tensor<f32>)"]],
    ["scatter_c23", ["tensor<5x3x7xf32>", "tensor<5x3x7xi32>"]],
    ["result_type", ["-> tensor<5x6x7xf32>", "-> tensor<5x6x8xf32>"]],
  ),
  family(
    "%x: tensor<2x3x4x5x6x6xf32>, %i: tensor<6x1x6xi32>, %u: tensor<6x1x3x6xf32>",
    `  %0 = "stablehlo.scatter"(%x, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1, 2], inserted_window_dims = [2, 3], input_batching_dims = [4, 5], scatter_indices_batching_dims = [0, 2], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ${body} : (tensor<2x3x4x5x6x6xf32>, tensor<6x1x6xi32>, tensor<6x1x3x6xf32>) -> tensor<2x3x4x5x6x6xf32>`,
    ["scatter_c7", ["update_window_dims = [1, 2]", "update_window_dims = [2, 1]"]],
    ["scatter_c7", ["update_window_dims = [1, 2]", "update_window_dims = [1, 1]"]],
    ["scatter_c10", ["inserted_window_dims = [2, 3]", "inserted_window_dims = [3, 2]"]],
    ["scatter_c12", ["input_batching_dims = [4, 5]", "input_batching_dims = [5, 4]"]],
    ["scatter_c14", ["scatter_indices_batching_dims = [0, 2]", "scatter_indices_batching_dims = [0, 0]"]],
  ),
  family(
    "%x: tensor<4xf32>, %y: tensor<4xf32>, %i: tensor<2x1xi32>, %u: tensor<2xf32>, %v: tensor<2xf32>",
    `  %0:2 = "stablehlo.scatter"(%x, %y, %i, %u, %v) <{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>, %d: tensor<f32>):
    "stablehlo.return"(%c, %d) : (tensor<f32>, tensor<f32>) -> ()
  }) : (tensor<4xf32>, tensor<4xf32>, tensor<2x1xi32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<4xf32>, tensor<4xf32>)`,
    [
      "scatter_c1",
      ["%y: tensor<4xf32>", "%y: tensor<5xf32>"],
      ["tensor<4xf32>, tensor<2x1xi32>,", "tensor<5xf32>, tensor<2x1xi32>,"],
    ],
    ["scatter_c3", ["%v: tensor<2xf32>", "%v: tensor<3xf32>"], ["tensor<2xf32>) ->", "tensor<3xf32>) ->"]],
  ),
];
