/** @file Cases of the chlo dialect. */
import { type Case, drawn, one, tensorText } from "./case.js";

const unary = (name: string, from: number, to: number, complex = false): readonly Case[] =>
  ["4xf64", ...(complex ? ["3xcomplex<f64>"] : [])].map((type) =>
    one(
      `chlo.${name}`,
      [drawn(type, from, to)],
      [type],
      `  %r = chlo.${name} %a0 : ${tensorText(type)} -> ${tensorText(type)}`,
    ),
  );

/** Of a matrix and a row, or of two matrices. */
const broadcast = (
  name: string,
  first: readonly [number, number] = [0.5, 2],
  second: readonly [number, number] = [0.5, 2],
): Case =>
  one(
    `chlo.broadcast_${name}`,
    [drawn("2x3xf64", ...first), drawn("3xf64", ...second)],
    ["2x3xf64"],
    `  %r = chlo.broadcast_${name} %a0, %a1 : (tensor<2x3xf64>, tensor<3xf64>) -> tensor<2x3xf64>`,
  );

/** Of a whole number, the order, and a point. */
const ofOrder = (name: string, from: number, orders: string): Case =>
  one(
    `chlo.${name}`,
    [drawn("3xf64", from, 4)],
    ["3xf64"],
    `  %n = stablehlo.constant dense<[${orders}]> : tensor<3xf64>
  %r = chlo.${name} %n, %a0 : tensor<3xf64>, tensor<3xf64> -> tensor<3xf64>`,
  );

const broadcastOfOrder = (name: string, orders: string): Case =>
  one(
    `chlo.broadcast_${name}`,
    [drawn("2x3xf64", 1, 4)],
    ["2x3xf64"],
    `  %n = stablehlo.constant dense<[${orders}]> : tensor<3xf64>
  %r = chlo.broadcast_${name} %n, %a0 : (tensor<3xf64>, tensor<2x3xf64>) -> tensor<2x3xf64>`,
  );

export const chloCases: readonly Case[] = [
  one(
    "chlo._asin_acos_kernel",
    [drawn("3xcomplex<f64>", 0.2, 0.9)],
    ["3xcomplex<f64>"],
    "  %r = chlo._asin_acos_kernel %a0 : tensor<3xcomplex<f64>> -> tensor<3xcomplex<f64>>",
  ),
  ...unary("acos", -0.9, 0.9, true),
  ...unary("acosh", 1.1, 3, true),
  ...unary("asin", -0.9, 0.9, true),
  ...unary("asinh", -2, 2, true),
  ...unary("atan", -2, 2, true),
  ...unary("atanh", -0.9, 0.9, true),
  ...unary("bessel_i1e", 0.5, 6),
  ...unary("conj", -2, 2, true),
  ...unary("cosh", -2, 2, true),
  ...unary("digamma", 0.5, 4),
  ...unary("erf", -2, 2),
  ...unary("erf_inv", -0.9, 0.9),
  ...unary("erfc", -2, 2),
  ...unary("lgamma", 0.5, 4),
  ...unary("sinh", -2, 2, true),
  ...unary("square", -2, 2, true),
  ...unary("tan", -0.9, 0.9, true),
  ofOrder("polygamma", 1, "0.0, 1.0, 2.0"),
  ofOrder("zeta", 1, "1.5, 2.0, 3.5"),
  broadcast("add"),
  broadcast("atan2"),
  broadcast("divide"),
  broadcast("maximum"),
  broadcast("minimum"),
  broadcast("multiply"),
  broadcast("power"),
  broadcast("remainder"),
  broadcast("subtract"),
  broadcastOfOrder("polygamma", "1.0, 2.0, 3.0"),
  broadcastOfOrder("zeta", "1.5, 2.0, 3.5"),
  one(
    "chlo.broadcast_complex",
    [drawn("2x3xf64"), drawn("3xf64")],
    ["2x3xcomplex<f64>"],
    "  %r = chlo.broadcast_complex %a0, %a1 : (tensor<2x3xf64>, tensor<3xf64>) -> tensor<2x3xcomplex<f64>>",
  ),
  one(
    "chlo.broadcast_select",
    ["3xi1: 1 0 1", drawn("2x3xf64"), drawn("3xf64")],
    ["2x3xf64"],
    "  %r = chlo.broadcast_select %a0, %a1, %a2 : (tensor<3xi1>, tensor<2x3xf64>, tensor<3xf64>) -> tensor<2x3xf64>",
  ),
  one(
    "chlo.top_k",
    [drawn("2x5xf64")],
    ["2x3xf64"],
    "  %r, %i = chlo.top_k(%a0, k = 3) : tensor<2x5xf64> -> (tensor<2x3xf64>, tensor<2x3xi32>)",
  ),
  one(
    "chlo.ragged_dot",
    [drawn("5x3xf64"), drawn("2x3x4xf64"), "2xi32: 2 3"],
    ["5x4xf64"],
    `  %r = "chlo.ragged_dot"(%a0, %a1, %a2) <{ragged_dot_dimension_numbers = #chlo.ragged_dot<
    lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1],
    lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>}>
    : (tensor<5x3xf64>, tensor<2x3x4xf64>, tensor<2xi32>) -> tensor<5x4xf64>`,
  ),
  one(
    "chlo.scan",
    [drawn("4x3xf64"), drawn("3xf64")],
    ["4x3xf64"],
    `  %r, %h = chlo.scan(%a0) inits (%a1) dimension=0 attributes {is_reverse = true} {
  ^bb0(%x: tensor<3xf64>, %c: tensor<3xf64>):
    %t = stablehlo.tanh %c : tensor<3xf64>
    %y = stablehlo.multiply %x, %t : tensor<3xf64>
    stablehlo.return %y, %y : tensor<3xf64>, tensor<3xf64>
  } : (tensor<4x3xf64>, tensor<3xf64>) -> (tensor<4x3xf64>, tensor<3xf64>)`,
  ),
];
