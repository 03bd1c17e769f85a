import { type Family, family } from "./case.js";

const along = (axis: number): string => `!quant.uniform<i8:f32:${axis}, {5.000000e-01,2.500000e-01}>`;

export const dynamicFamilies: readonly Family[] = [
  family(
    "%x: tensor<1x4xf32>, %s: tensor<3xi64>",
    '  %0 = "stablehlo.dynamic_broadcast_in_dim"(%x, %s) <{broadcast_dimensions = array<i64: 1, 2>, known_expanding_dimensions = array<i64: 0>, known_nonexpanding_dimensions = array<i64: 1>}> : (tensor<1x4xf32>, tensor<3xi64>) -> tensor<?x?x4xf32>',
    ["dynamic_broadcast_in_dim_c1", ["-> tensor<?x?x4xf32>", "-> tensor<?x?x4xf16>"]],
    ["dynamic_broadcast_in_dim_c2", ["array<i64: 1, 2>", "array<i64: 1>"]],
    ["dynamic_broadcast_in_dim_c3", ["array<i64: 1, 2>", "array<i64: 1, 3>"]],
    ["dynamic_broadcast_in_dim_c4", ["array<i64: 1, 2>", "array<i64: 2, 2>"]],
    ["dynamic_broadcast_in_dim_c5", ["-> tensor<?x?x4xf32>", "-> tensor<?x?x5xf32>"]],
    ["dynamic_broadcast_in_dim_c7", ["tensor<3xi64>", "tensor<2xi64>"]],
    ["dynamic_broadcast_in_dim_c7", ["tensor<3xi64>", "tensor<?xi64>"]],
    ["dynamic_broadcast_in_dim_c7", ["tensor<3xi64>", "tensor<3x1xi64>"]],
    [
      "dynamic_broadcast_in_dim_c8",
      ["known_nonexpanding_dimensions = array<i64: 1>", "known_nonexpanding_dimensions = array<i64: 0>"],
    ],
    [
      "dynamic_broadcast_in_dim_c9",
      ["known_expanding_dimensions = array<i64: 0>", "known_expanding_dimensions = array<i64: 2>"],
    ],
    [
      "dynamic_broadcast_in_dim_c10",
      ["known_nonexpanding_dimensions = array<i64: 1>", "known_nonexpanding_dimensions = array<i64: 2>"],
    ],
  ),
  family(
    `%x: tensor<2x${along(0)}>, %s: tensor<2xi64>`,
    `  %0 = stablehlo.dynamic_broadcast_in_dim %x, %s, dims = [1] : (tensor<2x${along(0)}>, tensor<2xi64>) -> tensor<2x2x${along(1)}>`,
    ["dynamic_broadcast_in_dim_c6", [`-> tensor<2x2x${along(1)}>`, `-> tensor<2x2x${along(0)}>`]],
  ),
  family(
    "",
    `  %s = stablehlo.constant dense<[2, 3]> : tensor<2xi64>
  %0 = stablehlo.dynamic_iota %s, dim = 1 : (tensor<2xi64>) -> tensor<2x?xi32>`,
    ["dynamic_iota_c1", ["dim = 1", "dim = 2"]],
    ["dynamic_iota_c2", ["-> tensor<2x?xi32>", "-> tensor<4x?xi32>"]],
    ["dynamic_iota_c2", ["-> tensor<2x?xi32>", "-> tensor<2x?x1xi32>"]],
    ["dynamic_iota_c2", ["dense<[2, 3]>", "dense<[2, -3]>"]],
  ),
  family(
    "%x: tensor<2x3xf32>",
    `  %s = stablehlo.constant dense<[6, 1]> : tensor<2xi64>
  %0 = stablehlo.dynamic_reshape %x, %s : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<6x?xf32>`,
    ["dynamic_reshape_c1", ["-> tensor<6x?xf32>", "-> tensor<6x?xf16>"]],
    ["dynamic_reshape_c2", ["tensor<2x3xf32>", "tensor<2x4xf32>"]],
    ["dynamic_reshape_c4", ["-> tensor<6x?xf32>", "-> tensor<6x1x?xf32>"]],
    ["dynamic_reshape_c4", ["-> tensor<6x?xf32>", "-> tensor<5x?xf32>"]],
  ),
  family(
    `%x: tensor<2x6x${along(0)}>, %s: tensor<3xi64>`,
    `  %0 = stablehlo.dynamic_reshape %x, %s : (tensor<2x6x${along(0)}>, tensor<3xi64>) -> tensor<2x3x2x${along(0)}>`,
    [
      "dynamic_reshape_c1",
      [`-> tensor<2x3x2x${along(0)}>`, `-> tensor<2x3x2x${along(0).replace("2.5", "1.5")}>`],
    ],
    ["dynamic_reshape_c3", [`-> tensor<2x3x2x${along(0)}>`, `-> tensor<2x3x2x${along(2)}>`]],
  ),
  family(
    "%x: tensor<4xf32>, %v: tensor<f32>",
    `  %p = stablehlo.constant dense<1> : tensor<1xi64>
  %0 = stablehlo.dynamic_pad %x, %v, %p, %p, %p : (tensor<4xf32>, tensor<f32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<9xf32>`,
    ["dynamic_pad_i2", ["tensor<f32>", "tensor<1xf32>"]],
    ["dynamic_pad_c1", ["tensor<f32>", "tensor<f16>"]],
    ["dynamic_pad_c2", ["tensor<1xi64>", "tensor<2xi64>"]],
    ["dynamic_pad_c3", ["dense<1>", "dense<-1>"]],
    ["dynamic_pad_c4", ["-> tensor<9xf32>", "-> tensor<8xf32>"]],
    ["dynamic_pad_c4", ["-> tensor<9xf32>", "-> tensor<9x1xf32>"]],
  ),
  family(
    "%x: tensor<2x3xf32>",
    "  %0 = stablehlo.get_dimension_size %x, dim = 1 : (tensor<2x3xf32>) -> tensor<i32>",
    ["get_dimension_size_c1", ["dim = 1", "dim = 2"]],
    ["result_type", ["-> tensor<i32>", "-> tensor<i64>"]],
  ),
  family(
    "%x: tensor<2x3xf32>, %n: tensor<i32>",
    "  %0 = stablehlo.set_dimension_size %x, %n, dim = 1 : (tensor<2x3xf32>, tensor<i32>) -> tensor<2x?xf32, #stablehlo.bounds<?, 3>>",
    ["set_dimension_size_c1", ["dim = 1", "dim = 2"]],
    ["set_dimension_size_i2", ["tensor<i32>", "tensor<i64>"]],
    ["result_type", ["-> tensor<2x?xf32, #stablehlo.bounds<?, 3>>", "-> tensor<2x4xf32>"]],
  ),
];
