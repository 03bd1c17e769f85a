import { describe } from "vitest";
import { selective, testAttributes, testForms, testOperands } from "./fitting.js";

describe("other forms of an op", () => {
  testForms([
    [
      "selective_scan",
      ["5xf32", "f32", "3xf32", "5x3xf32", "3xbf16", "i32", "3xf32"],
      selective({
        axis: "0 : i64",
        delta_dims: "array<i64>",
        a_dims: "array<i64: 1>",
        b_dims: "array<i64: 0, 1>",
        c_dims: "array<i64: 1>",
        segment_dims: "array<i64>",
      }),
    ],
  ]);
});

describe("what does not fit is named", () => {
  testOperands([
    ["selective_scan", { 0: "2x5x3xf32" }, "x must be [2, 5, 4], got tensor<2x5x3xf32> [x_shape]"],
    ["selective_scan", { 1: "2x5xf32" }, "delta must be [2, 5, 4], got tensor<2x5xf32> [delta_shape]"],
    ["selective_scan", { 2: "3x4xf32" }, "a must be [4, 3], got tensor<3x4xf32> [a_shape]"],
    ["selective_scan", { 3: "2x5x4xf32" }, "b must be [2, 5, 3], got tensor<2x5x4xf32> [b_shape]"],
    ["selective_scan", { 4: "2x6x3xf32" }, "c must be [2, 5, 3], got tensor<2x6x3xf32> [c_shape]"],
    ["selective_scan", { 5: "2xi32" }, "segment_pos must be [2, 5], got tensor<2xi32> [segment_pos_shape]"],
    ["selective_scan", { 6: "f32" }, "h0 must have an axis or more, got tensor<f32> [h0_rank]"],
    ["selective_scan", { 6: "2x4x3xbf16" }, "h0 must hold f32, got tensor<2x4x3xbf16> [h0_element]"],
    [
      "selective_scan",
      { 6: "2x4x3x3xf32" },
      "x must have the 3 axes of h0 that are no states and time at one of its places, got tensor<2x5x4xf32> and axis 1 [axis]",
    ],
    ["selective_scan", { 0: "2x5x4xi32" }, 'operand "x" cannot be tensor<2x5x4xi32> [operand_type]'],
  ]);

  testAttributes([
    [
      "selective_scan",
      selective({ axis: "3 : i64" }),
      "x must have the 2 axes of h0 that are no states and time at one of its places, got tensor<2x5x4xf32> and axis 3 [axis]",
    ],
    [
      "selective_scan",
      selective({ states: "0 : i64" }),
      "states must count one or more of the axes of h0, tensor<2x4x3xf32>, got 0 [states]",
    ],
    [
      "selective_scan",
      selective({ states: "4 : i64" }),
      "states must count one or more of the axes of h0, tensor<2x4x3xf32>, got 4 [states]",
    ],
    [
      "selective_scan",
      selective({ b_dims: "array<i64: 1, 0, 3>" }),
      "b_dims must be some of the first 4 axes of [2, 5, 4, 3], each after the other, got [1, 0, 3] [b_dims]",
    ],
    [
      "selective_scan",
      selective({ segment_dims: "array<i64: 0, 3>" }),
      "segment_dims must be some of the first 3 axes of [2, 5, 4, 3], each after the other, got [0, 3] [segment_dims]",
    ],
  ]);
});
