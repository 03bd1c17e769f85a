import { type Family, family } from "./case.js";

export const scanFamilies: readonly Family[] = [
  family(
    "%a: tensor<2x3xf32>, %b: tensor<3xf32>",
    `  %0:2 = "chlo.scan"(%a, %b) <{dimension = 0 : i64, scan_dim_size = 2 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1, 1>}> ({
  ^bb0(%x: tensor<3xf32>, %h: tensor<3xf32>):
    %1 = stablehlo.add %x, %h : tensor<3xf32>
    stablehlo.return %1, %1 : tensor<3xf32>, tensor<3xf32>
  }) : (tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>)`,
    ["scan_segments", ["operandSegmentSizes = array<i32: 1, 1>", "operandSegmentSizes = array<i32: 1, 0>"]],
    ["scan_segments", ["operandSegmentSizes = array<i32: 1, 1>", "operandSegmentSizes = array<i32: 3, -1>"]],
    ["scan_segments", ["resultSegmentSizes = array<i32: 1, 1>", "resultSegmentSizes = array<i32: 2, 1>"]],
    ["scan_segments", ["resultSegmentSizes = array<i32: 1, 1>", "resultSegmentSizes = array<i32: 2, 0>"]],
    ["scan_dimension", ["dimension = 0", "dimension = 2"]],
    ["scan_dimension", ["dimension = 0", "dimension = -1"]],
    ["scan_size", ["scan_dim_size = 2", "scan_dim_size = 3"]],
    ["scan_size", ["scan_dim_size = 2", "scan_dim_size = -2"]],
    [
      "scan_body",
      ["%b: tensor<3xf32>", "%b: tensor<2xf32>"],
      ["tensor<2x3xf32>, tensor<3xf32>) ->", "tensor<2x3xf32>, tensor<2xf32>) ->"],
    ],
    [
      "scan_body",
      ["return %1, %1 : tensor<3xf32>, tensor<3xf32>", "return %1, %c : tensor<3xf32>, tensor<i1>"],
      ["    stablehlo.return", "    %c = stablehlo.constant dense<true> : tensor<i1>\n    stablehlo.return"],
    ],
    ["result_type", ["-> (tensor<2x3xf32>", "-> (tensor<4x3xf32>"]],
  ),
  family(
    "%b: tensor<3xf32>",
    `  %0:2 = chlo.scan () inits (%b) dimension = 1 attributes {scan_dim_size = 5 : i64} {
  ^bb0(%h: tensor<3xf32>):
    stablehlo.return %h, %h : tensor<3xf32>, tensor<3xf32>
  } : (tensor<3xf32>) -> (tensor<3x5xf32>, tensor<3xf32>)`,
    [
      "scan_values",
      ["return %h, %h : tensor<3xf32>, tensor<3xf32>", "return %h : tensor<3xf32>"],
      ["-> (tensor<3x5xf32>, tensor<3xf32>)", "-> tensor<3xf32>"],
      ["%0:2", "%0"],
    ],
    ["scan_dimension", ["dimension = 1", "dimension = 2"]],
    ["result_type", ["tensor<3x5xf32>", "tensor<5x3xf32>"]],
  ),
];
