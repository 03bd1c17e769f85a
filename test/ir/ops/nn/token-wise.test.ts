import { describe } from "vitest";
import { testAttributes, testForms, testOperands } from "./fitting.js";

describe("other forms of an op", () => {
  testForms([
    ["rotary", ["4xf32", "i32"], "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64>"],
    ["rotary", ["2x3x5x4xf32", "5xi32"], "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: 2>"],
  ]);
});

describe("what does not fit is named", () => {
  testOperands([
    ["block_diagonal_dot", { 1: "4x3xf32" }, "w must have 3 axes, got tensor<4x3xf32> [w_rank]"],
    [
      "block_diagonal_dot",
      { 0: "2x5x6xf32" },
      "the last axis of x must be 2 blocks of 2, got tensor<2x5x6xf32> [x_blocks]",
    ],
    ["block_diagonal_dot", { 1: "2x2x3xbf16" }, "w must hold f32, got tensor<2x2x3xbf16> [w_element]"],
    ["rms_norm", { 0: "f32", 1: "f32" }, "x must have an axis or more, got tensor<f32> [x_rank]"],
    ["rms_norm", { 1: "5xf32" }, "scale must be [4], got tensor<5xf32> [scale_shape]"],
    ["rms_norm", { 1: "4xbf16" }, "scale must hold f32, got tensor<4xbf16> [scale_element]"],
    ["rotary", { 0: "f32" }, "x must have an axis or more, got tensor<f32> [x_rank]"],
    ["rotary", { 1: "5x2xi32" }, "position must be [2, 5], got tensor<5x2xi32> [position_shape]"],
    ["gelu_tanh", { 0: "2x5x4xi32" }, 'operand "x" cannot be tensor<2x5x4xi32> [operand_type]'],
    ["softplus", { 0: "2x5x4xi1" }, 'operand "x" cannot be tensor<2x5x4xi1> [operand_type]'],
  ]);

  testAttributes([
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: 1, 0>",
      "position_dims must be axes of tensor<2x5x3x4xf32> before its last, each after the other, got [1, 0] [position_dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: 0, 3>",
      "position_dims must be axes of tensor<2x5x3x4xf32> before its last, each after the other, got [0, 3] [position_dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: -1, 0>",
      "position_dims must be axes of tensor<2x5x3x4xf32> before its last, each after the other, got [-1, 0] [position_dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: 0>",
      "position must be [2], got tensor<2x5xi32> [position_shape]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 3 : i64, position_dims = array<i64: 0, 1>",
      "dims must be even and at most the last axis of tensor<2x5x3x4xf32>, got 3 [dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 6 : i64, position_dims = array<i64: 0, 1>",
      "dims must be even and at most the last axis of tensor<2x5x3x4xf32>, got 6 [dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 0 : i64, position_dims = array<i64: 0, 1>",
      "dims must be even and at most the last axis of tensor<2x5x3x4xf32>, got 0 [dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: 0, 1>, scaling = [1.0 : f32, 0.5 : f32]",
      "scaling must have 1 numbers, one a pair, got 2 [scaling]",
    ],
  ]);
});
