import { type Family, family } from "./case.js";

export const chloBroadcastFamilies: readonly Family[] = [
  family(
    "%x: tensor<3xf32>, %y: tensor<2x3xf32>",
    "  %0 = chlo.broadcast_add %x, %y {broadcast_dimensions = array<i64: 1>} : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>",
    [
      "chlo_broadcast_elements",
      ["%x: tensor<3xf32>", "%x: tensor<3xf16>"],
      ["(tensor<3xf32>, ", "(tensor<3xf16>, "],
    ],
    ["chlo_broadcast_dimensions_range", ["i64: 1", "i64: -1"]],
    ["chlo_broadcast_shapes", ["i64: 1", "i64: 0"]],
    ["result_type", ["-> tensor<2x3xf32>", "-> tensor<3xf32>"]],
    ["result_type", ["-> tensor<2x3xf32>", "-> tensor<2x3xi32>"]],
  ),
  family(
    "%x: tensor<3x1xf32>, %y: tensor<2x1x5xf32>",
    "  %0 = chlo.broadcast_complex %x, %y : (tensor<3x1xf32>, tensor<2x1x5xf32>) -> tensor<2x3x5xcomplex<f32>>",
    ["chlo_broadcast_shapes", ["tensor<2x1x5xf32>", "tensor<2x4x5xf32>"]],
    ["chlo_broadcast_complex_parts", ["xf32>", "xf16>"]],
    ["result_type", ["complex<f32>", "complex<f64>"]],
  ),
  family(
    "%x: tensor<2x3xi32>, %y: tensor<2x4x3xi32>",
    "  %0 = chlo.broadcast_compare %x, %y {broadcast_dimensions = array<i64: 0, 2>, comparison_direction = #chlo<comparison_direction LT>} : (tensor<2x3xi32>, tensor<2x4x3xi32>) -> tensor<2x4x3xi1>",
    ["result_type", ["-> tensor<2x4x3xi1>", "-> tensor<2x4x3xi32>"]],
  ),
  family(
    "%p: tensor<2x1xi1>, %x: tensor<3xf32>, %y: tensor<f32>",
    "  %0 = chlo.broadcast_select %p, %x, %y : (tensor<2x1xi1>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>",
    ["chlo_broadcast_elements", ["tensor<f32>", "tensor<f16>"]],
    ["chlo_broadcast_shapes", ["tensor<2x1xi1>", "tensor<2x2xi1>"]],
  ),
  family(
    "%x: tensor<?xf32>, %y: tensor<2x3xf32>, %z: tensor<?x1xf32>, %w: tensor<?x?xf32>",
    "  %0 = chlo.broadcast_add %x, %y : (tensor<?xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>\n  %1 = chlo.broadcast_add %x, %z : (tensor<?xf32>, tensor<?x1xf32>) -> tensor<?x?xf32>\n  %2 = chlo.broadcast_add %x, %w {broadcast_dimensions = array<i64: 1>} : (tensor<?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>",
    ["result_type", ["-> tensor<2x3xf32>", "-> tensor<2x4xf32>"]],
  ),
];
