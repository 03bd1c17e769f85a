import { type Family, family } from "./case.js";

const tensorwise = "!quant.uniform<i8:f32, 5.000000e-01>";
const along = (axis: number): string => `!quant.uniform<i8:f32:${axis}, {5.000000e-01,2.500000e-01}>`;

export const shapeFamilies: readonly Family[] = [
  family(
    "",
    '  %0 = "stablehlo.constant"() <{value = dense<1> : tensor<2xi32>}> : () -> tensor<2xi32>',
    ["constant_c1", ["-> tensor<2xi32>", "-> tensor<3xi32>"]],
    ["constant_c1", ["-> tensor<2xi32>", "-> tensor<2xi64>"]],
  ),
  family(
    "",
    "  %0 = stablehlo.iota dim = 1 : tensor<2x3xi32>",
    ["iota_c1", ["dim = 1", "dim = 2"]],
    ["iota_c1", ["dim = 1", "dim = 0"], ["tensor<2x3xi32>", "tensor<i32>"]],
    ["iota_result", ["tensor<2x3xi32>", "tensor<?x3xi32>"]],
    ["iota_result", ["tensor<2x3xi32>", "tensor<2x3xi1>"]],
  ),
  family(
    "%x: tensor<2x6xf32>",
    "  %0 = stablehlo.reshape %x : (tensor<2x6xf32>) -> tensor<3x4xf32>",
    ["reshape_c1", ["-> tensor<3x4xf32>", "-> tensor<3x4xf16>"]],
    ["reshape_c2", ["-> tensor<3x4xf32>", "-> tensor<3x5xf32>"]],
    ["reshape_result", ["-> tensor<3x4xf32>", "-> tensor<?x4xf32>"]],
  ),
  family(
    `%x: tensor<2x6x${along(0)}>`,
    `  %0 = stablehlo.reshape %x : (tensor<2x6x${along(0)}>) -> tensor<2x3x2x${along(0)}>`,
    ["reshape_c1", [`-> tensor<2x3x2x${along(0)}>`, `-> tensor<2x3x2x${along(0).replace("2.5", "1.5")}>`]],
    ["reshape_c3", [`-> tensor<2x3x2x${along(0)}>`, `-> tensor<2x3x2x${along(2)}>`]],
  ),
  family(
    "%x: tensor<4xf32>",
    "  %0 = stablehlo.broadcast_in_dim %x, dims = [1] : (tensor<4xf32>) -> tensor<2x4xf32>",
    ["broadcast_in_dim_c1", ["-> tensor<2x4xf32>", "-> tensor<2x4xf16>"]],
    ["broadcast_in_dim_c2", ["dims = [1]", "dims = [0, 1]"]],
    ["broadcast_in_dim_c3", ["dims = [1]", "dims = [2]"]],
    ["broadcast_in_dim_c5", ["dims = [1]", "dims = [0]"]],
    ["broadcast_in_dim_result", ["-> tensor<2x4xf32>", "-> tensor<?x4xf32>"]],
  ),
  family(
    "%x: tensor<4x1xf32>",
    "  %0 = stablehlo.broadcast_in_dim %x, dims = [1, 2] : (tensor<4x1xf32>) -> tensor<2x4x3xf32>",
    ["broadcast_in_dim_c4", ["dims = [1, 2]", "dims = [1, 1]"]],
  ),
  family(
    `%x: tensor<2x${along(0)}>`,
    `  %0 = stablehlo.broadcast_in_dim %x, dims = [1] : (tensor<2x${along(0)}>) -> tensor<2x2x${along(1)}>`,
    ["broadcast_in_dim_c6", [`-> tensor<2x2x${along(1)}>`, `-> tensor<2x2x${along(0)}>`]],
  ),
  family(
    "%x: tensor<2x3xf32>",
    "  %0 = stablehlo.transpose %x, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>",
    ["transpose_c2", ["dims = [1, 0]", "dims = [1, 1]"]],
    ["transpose_c2", ["dims = [1, 0]", "dims = [0]"]],
    ["result_type", ["-> tensor<3x2xf32>", "-> tensor<2x3xf32>"]],
  ),
  family(
    `%x: tensor<2x2x${along(0)}>`,
    `  %0 = stablehlo.transpose %x, dims = [1, 0] : (tensor<2x2x${along(0)}>) -> tensor<2x2x${along(1)}>`,
    ["transpose_c1", [`-> tensor<2x2x${along(1)}>`, `-> tensor<2x2x${along(1).replace("2.5", "1.5")}>`]],
    ["transpose_c4", [`-> tensor<2x2x${along(1)}>`, `-> tensor<2x2x${along(0)}>`]],
    ["result_type", [`-> tensor<2x2x${along(1)}>`, `-> tensor<2x2x${tensorwise}>`]],
  ),
  family(
    "%x: tensor<2x3xf32>",
    "  %0 = stablehlo.reverse %x, dims = [0, 1] : tensor<2x3xf32>",
    ["reverse_c2", ["dims = [0, 1]", "dims = [0, 0]"]],
    ["reverse_c3", ["dims = [0, 1]", "dims = [0, 2]"]],
    ["reverse_c3", ["dims = [0, 1]", "dims = [0, -1]"]],
  ),
  family(
    "%x: tensor<2xf32>",
    "  %0 = stablehlo.bitcast_convert %x : (tensor<2xf32>) -> tensor<2x4xi8>",
    ["bitcast_convert_c1", ["-> tensor<2x4xi8>", "-> tensor<2x3xi8>"]],
    ["bitcast_convert_c1", ["-> tensor<2x4xi8>", "-> tensor<2xi8>"]],
    ["bitcast_convert_c1", ["-> tensor<2x4xi8>", "-> tensor<3xi32>"]],
    ["bitcast_convert_c2", ["-> tensor<2x4xi8>", "-> tensor<1xcomplex<f32>>"]],
  ),
];
