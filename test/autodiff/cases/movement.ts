/** @file Cases of ops that move elements, and of those that sum and multiply them. */
import { type Case, drawn, one } from "./case.js";

/** A body of two scalars by one op. */
const applying = (name: string, type: string): string =>
  [
    `({\n  ^bb0(%p: tensor<${type}>, %q: tensor<${type}>):`,
    `    %s = stablehlo.${name} %p, %q : tensor<${type}>`,
    `    stablehlo.return %s : tensor<${type}>`,
    "  })",
  ].join("\n");

const reduce = (name: string, type: string, inits: readonly [number, number]): Case =>
  one(
    "stablehlo.reduce",
    [drawn(`2x3x4x${type}`), drawn(type, ...inits)],
    [`3x${type}`],
    `  %r = "stablehlo.reduce"(%a0, %a1) <{dimensions = array<i64: 2, 0>}> ${applying(name, type)}
    : (tensor<2x3x4x${type}>, tensor<${type}>) -> tensor<3x${type}>`,
  );

export const movementCases: readonly Case[] = [
  one(
    "stablehlo.broadcast_in_dim",
    [drawn("3x1x2xf64")],
    ["2x4x3x5xf64"],
    "  %r = stablehlo.broadcast_in_dim %a0, dims = [2, 3, 0] : (tensor<3x1x2xf64>) -> tensor<2x4x3x5xf64>",
  ),
  one(
    "stablehlo.concatenate",
    [drawn("2x1xf64"), drawn("2x3xf64"), drawn("2x0xf64")],
    ["2x4xf64"],
    "  %r = stablehlo.concatenate %a0, %a1, %a2, dim = 1 : (tensor<2x1xf64>, tensor<2x3xf64>, tensor<2x0xf64>) -> tensor<2x4xf64>",
  ),
  // Taken twice, at places that overlap; the second is clamped.
  one(
    "stablehlo.dynamic_slice",
    [drawn("4x5xf64"), "i32: 1", "i32: 9"],
    ["2x3xf64"],
    `  %s = stablehlo.dynamic_slice %a0, %a1, %a1, sizes = [2, 3] : (tensor<4x5xf64>, tensor<i32>, tensor<i32>) -> tensor<2x3xf64>
  %t = stablehlo.dynamic_slice %a0, %a1, %a2, sizes = [2, 3] : (tensor<4x5xf64>, tensor<i32>, tensor<i32>) -> tensor<2x3xf64>
  %r = stablehlo.multiply %s, %t : tensor<2x3xf64>`,
  ),
  one(
    "stablehlo.dynamic_update_slice",
    [drawn("4x5xf64"), drawn("2x3xf64"), "i32: 1", "i32: 9"],
    ["4x5xf64"],
    `  %r = stablehlo.dynamic_update_slice %a0, %a1, %a2, %a3
    : (tensor<4x5xf64>, tensor<2x3xf64>, tensor<i32>, tensor<i32>) -> tensor<4x5xf64>`,
  ),
  one(
    "stablehlo.pad",
    [drawn("3x4xf64"), drawn("f64")],
    ["6x2xf64"],
    `  %r = stablehlo.pad %a0, %a1, low = [2, -1], high = [-1, -1], interior = [1, 0]
    : (tensor<3x4xf64>, tensor<f64>) -> tensor<6x2xf64>`,
  ),
  one(
    "stablehlo.reshape",
    [drawn("2x6xf64")],
    ["3x4xf64"],
    "  %r = stablehlo.reshape %a0 : (tensor<2x6xf64>) -> tensor<3x4xf64>",
  ),
  one(
    "stablehlo.reverse",
    [drawn("2x3xf64")],
    ["2x3xf64"],
    "  %r = stablehlo.reverse %a0, dims = [1] : tensor<2x3xf64>",
  ),
  one(
    "stablehlo.slice",
    [drawn("5x6xf64")],
    ["2x3xf64"],
    "  %r = stablehlo.slice %a0 [1:5:3, 0:5:2] : (tensor<5x6xf64>) -> tensor<2x3xf64>",
  ),
  one(
    "stablehlo.transpose",
    [drawn("2x3x4xf64")],
    ["4x2x3xf64"],
    "  %r = stablehlo.transpose %a0, dims = [2, 0, 1] : (tensor<2x3x4xf64>) -> tensor<4x2x3xf64>",
  ),
  one(
    "stablehlo.dot_general",
    [drawn("3x2x4x5xf64"), drawn("5x7x3x4xf64")],
    ["3x2x7xf64"],
    `  %r = stablehlo.dot_general %a0, %a1, batching_dims = [0] x [2], contracting_dims = [3, 2] x [0, 3]
    : (tensor<3x2x4x5xf64>, tensor<5x7x3x4xf64>) -> tensor<3x2x7xf64>`,
  ),
  one(
    "stablehlo.dot_general",
    [drawn("2x3xcomplex<f64>"), drawn("3xcomplex<f64>")],
    ["2xcomplex<f64>"],
    `  %r = stablehlo.dot_general %a0, %a1, contracting_dims = [1] x [0], precision = [DEFAULT, HIGHEST]
    : (tensor<2x3xcomplex<f64>>, tensor<3xcomplex<f64>>) -> tensor<2xcomplex<f64>>`,
  ),
  // Summed in another type than that of the operands.
  one(
    "stablehlo.dot_general",
    [drawn("2x3xf32"), drawn("4x3xf32")],
    ["2x4xf64"],
    "  %r = stablehlo.dot_general %a0, %a1, contracting_dims = [1] x [1] : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf64>",
    { tolerance: 1e-3, step: 1e-2 },
  ),
  reduce("add", "f64", [-1, 1]),
  reduce("multiply", "f64", [0.5, 1]),
  reduce("multiply", "complex<f64>", [0.5, 1]),
  reduce("maximum", "f64", [-3, -2]),
  // The initial value is the largest of some.
  reduce("maximum", "f64", [1, 2]),
  reduce("minimum", "f64", [2, 3]),
  // Several reductions in one.
  one(
    "stablehlo.reduce",
    [drawn("4xf64"), drawn("4xf64"), drawn("f64"), drawn("f64")],
    ["f64", "f64"],
    `  %r, %r1 = "stablehlo.reduce"(%a0, %a1, %a2, %a3) <{dimensions = array<i64: 0>}> ({
    ^bb0(%p: tensor<f64>, %q: tensor<f64>, %u: tensor<f64>, %v: tensor<f64>):
      %s = stablehlo.add %p, %u : tensor<f64>
      %t = stablehlo.multiply %q, %v : tensor<f64>
      stablehlo.return %s, %t : tensor<f64>, tensor<f64>
    }) : (tensor<4xf64>, tensor<4xf64>, tensor<f64>, tensor<f64>) -> (tensor<f64>, tensor<f64>)`,
  ),
  one(
    "stablehlo.optimization_barrier",
    [drawn("2xf64"), drawn("3xf64")],
    ["2xf64", "3xf64"],
    "  %r, %r1 = stablehlo.optimization_barrier %a0, %a1 : tensor<2xf64>, tensor<3xf64>",
  ),
];
