import { describe, expect, it } from "vitest";
import { fullName, testAttributes, testForms, testOperands, verdict } from "./fitting.js";

describe("other forms of an op", () => {
  testForms([
    ["linear_scan", ["5x4xf32", "5x4xf32", "4xf32"], "axis = 0 : i64"],
    ["linear_scan", ["5xf32", "5xf32", "f32"], "axis = 0 : i64"],
    ["linear_scan", ["2x5x4x8xf32", "2x5x4x8xf32", "2x4x8xf32"], "axis = 1 : i64"],
    ["linear_scan", ["2x4x5xbf16", "2x4x5xbf16", "2x4xf32"], "axis = 2 : i64"],
    ["causal_conv1d", ["5x4xf32", "4x2xf32", "4xf32", "5xi32", "1x4xf32"], "axis = 0 : i64"],
    ["causal_conv1d", ["2x5x3x4xf32", "4x2xf32", "4xf32", "2x5x3xi32", "2x5x1x4xf32"], "axis = 2 : i64"],
    ["shift_rows", ["5xi32", "5xi32"], "axis = 0 : i64, reverse"],
    ["shift_rows", ["2x6x4xi1", "2x0x4xi1"], "axis = 1 : i64, strided = 3 : i64"],
    [
      "attention",
      ["2x5x6x4xf32", "2x5x4xf32", "2x5x4xf32", "2x5xi32", "2x8x4xf32", "2x8x4xf32", "2xi32"],
      undefined,
    ],
    [
      "attention",
      ["2x5x6x4xf32", "2x5x4xf32", "2x5x4xf32", "2x5xi32", "2x0x4xf32", "2x0x4xf32", "2xi32"],
      "growing, scale = 0.5 : f32, soft_cap = 2.0 : f32",
    ],
    ["kv_cache_update", ["2x8xf32", "2x5xf32", "2x5xi32"], undefined],
    ["kv_cache_update", ["2x8xf32", "2x5xf32", "2x5xi32"], "growing"],
    ["kv_cache_update", ["2x8x3x4xf32", "2x5x3x4xf32", "2x5xi32"], undefined],
  ]);
});

describe("what does not fit is named", () => {
  testOperands([
    ["linear_scan", { 0: "f32", 1: "f32" }, "x must have an axis or more, got tensor<f32> [x_rank]"],
    [
      "linear_scan",
      { 1: "2x6x4xf32" },
      "a must be like x, tensor<2x5x4xf32>, got tensor<2x6x4xf32> [a_type]",
    ],
    [
      "linear_scan",
      { 1: "2x5x4xbf16" },
      "a must be like x, tensor<2x5x4xf32>, got tensor<2x5x4xbf16> [a_type]",
    ],
    ["linear_scan", { 2: "2x5xf32" }, "h0 must be [2, 4], got tensor<2x5xf32> [h0_shape]"],
    ["linear_scan", { 2: "2x4xbf16" }, "h0 must hold f32, got tensor<2x4xbf16> [h0_element]"],
    ["linear_scan", { 0: "2x5x4xi32" }, 'operand "x" cannot be tensor<2x5x4xi32> [operand_type]'],
    ["causal_conv1d", { 0: "4xf32" }, "x must have 2 axes or more, got tensor<4xf32> [x_rank]"],
    ["causal_conv1d", { 1: "4xf32" }, "w must have 2 axes, got tensor<4xf32> [w_rank]"],
    ["causal_conv1d", { 1: "3x4xf32" }, "w must be [4, 4], got tensor<3x4xf32> [w_shape]"],
    ["causal_conv1d", { 1: "4x0xf32", 4: "2x0x4xf32" }, "w must have a tap, got tensor<4x0xf32> [taps]"],
    ["causal_conv1d", { 2: "5xf32" }, "bias must be [4], got tensor<5xf32> [bias_shape]"],
    [
      "causal_conv1d",
      { 3: "5x2xi32" },
      "segment_pos must be [2, 5], got tensor<5x2xi32> [segment_pos_shape]",
    ],
    ["causal_conv1d", { 4: "2x4x4xf32" }, "tail must be [2, 3, 4], got tensor<2x4x4xf32> [tail_shape]"],
    ["causal_conv1d", { 1: "4x4xbf16" }, "w must hold f32, got tensor<4x4xbf16> [w_element]"],
    ["causal_conv1d", { 2: "4xbf16" }, "bias must hold f32, got tensor<4xbf16> [bias_element]"],
    ["causal_conv1d", { 4: "2x3x4xbf16" }, "tail must hold f32, got tensor<2x3x4xbf16> [tail_element]"],
    [
      "causal_conv1d_gradient",
      { 4: "2x4x4xf32" },
      "tail must be [2, 3, 4], got tensor<2x4x4xf32> [tail_shape]",
    ],
    [
      "causal_conv1d_gradient",
      { 5: "2x5x4xbf16" },
      "g must be like x, tensor<2x5x4xf32>, got tensor<2x5x4xbf16> [g_type]",
    ],
    ["shift_rows", { 0: "f32" }, "x must have an axis or more, got tensor<f32> [x_rank]"],
    ["shift_rows", { 1: "2x4xf32" }, "edge must have 3 axes, got tensor<2x4xf32> [edge_rank]"],
    ["shift_rows", { 1: "2x6x4xf32" }, "edge must have at most the 5 rows of x, got 6 [edge_rows]"],
    ["shift_rows", { 1: "2x1x3xf32" }, "edge must be [2, 1, 4], got tensor<2x1x3xf32> [edge_shape]"],
    ["shift_rows", { 1: "2x1x4xbf16" }, "edge must hold f32, got tensor<2x1x4xbf16> [edge_element]"],
    ["attention", { 0: "2x5x4xf32" }, "q must have 4 axes, got tensor<2x5x4xf32> [q_rank]"],
    [
      "attention",
      { 1: "2x5x4x4xf32" },
      "the 6 heads of q must be a multiple of those of k, tensor<2x5x4x4xf32> [kv_heads]",
    ],
    [
      "attention",
      { 1: "2x5x0x4xf32" },
      "the 6 heads of q must be a multiple of those of k, tensor<2x5x0x4xf32> [kv_heads]",
    ],
    ["attention", { 1: "2x6x3x4xf32" }, "k must be [2, 5, 3, 4], got tensor<2x6x3x4xf32> [k_shape]"],
    ["attention", { 1: "2x6x4xf32" }, "k must be [2, 5, 4], got tensor<2x6x4xf32> [k_shape]"],
    ["attention", { 2: "2x6x3x4xf32" }, "v must be [2, 5, 3, 4], got tensor<2x6x3x4xf32> [v_shape]"],
    ["attention", { 3: "2xi32" }, "segment_pos must be [2, 5], got tensor<2xi32> [segment_pos_shape]"],
    ["attention", { 4: "2x8x4xf32" }, "cache_k must have 4 axes, got tensor<2x8x4xf32> [cache_k_rank]"],
    [
      "attention",
      { 4: "2x8x3x6xf32" },
      "cache_k must be [2, 8, 3, 4], got tensor<2x8x3x6xf32> [cache_k_shape]",
    ],
    [
      "attention",
      { 5: "2x9x3x4xf32" },
      "cache_v must be [2, 8, 3, 4], got tensor<2x9x3x4xf32> [cache_v_shape]",
    ],
    ["attention", { 6: "i32" }, "num_tokens must be [2], got tensor<i32> [num_tokens_shape]"],
    ["attention", { 1: "2x5x3x4xbf16" }, "k must hold f32, got tensor<2x5x3x4xbf16> [k_element]"],
    ["attention", { 2: "2x5x3x4xbf16" }, "v must hold f32, got tensor<2x5x3x4xbf16> [v_element]"],
    ["attention", { 4: "2x8x3x4xbf16" }, "cache_k must hold f32, got tensor<2x8x3x4xbf16> [cache_k_element]"],
    ["attention", { 5: "2x8x3x4xbf16" }, "cache_v must hold f32, got tensor<2x8x3x4xbf16> [cache_v_element]"],
    [
      "attention",
      { 4: "2x0x3x4xf32", 5: "2x0x3x4xf32" },
      "the window must have a slot, got tensor<2x0x3x4xf32> [window]",
    ],
    ["kv_cache_update", { 0: "8xf32" }, "cache must have 2 axes or more, got tensor<8xf32> [cache_rank]"],
    ["kv_cache_update", { 0: "2x0x4xf32" }, "the window must have a slot, got tensor<2x0x4xf32> [window]"],
    [
      "kv_cache_update",
      { 1: "2x0x4xf32" },
      "there must be a row to write, got tensor<2x0x4xf32> [rows_count]",
    ],
    ["kv_cache_update", { 1: "5x4xf32" }, "rows must have 3 axes, got tensor<5x4xf32> [rows_rank]"],
    ["kv_cache_update", { 1: "2x5x6xf32" }, "rows must be [2, 5, 4], got tensor<2x5x6xf32> [rows_shape]"],
    ["kv_cache_update", { 1: "2x5x4xbf16" }, "rows must hold f32, got tensor<2x5x4xbf16> [rows_element]"],
    [
      "kv_cache_update",
      { 2: "2x4xi32" },
      "segment_pos must be [2, 5], got tensor<2x4xi32> [segment_pos_shape]",
    ],
  ]);

  testAttributes([
    [
      "linear_scan",
      "axis = 3 : i64",
      "axis must be one of the first 3 of x, tensor<2x5x4xf32>, got 3 [axis]",
    ],
    [
      "linear_scan",
      "axis = -1 : i64",
      "axis must be one of the first 3 of x, tensor<2x5x4xf32>, got -1 [axis]",
    ],
    [
      "causal_conv1d",
      "axis = 2 : i64",
      "axis must be one of the first 2 of x, tensor<2x5x4xf32>, got 2 [axis]",
    ],
    ["attention", "scale = 0.5 : f32, soft_cap = -1.0 : f32", "soft_cap must be above 0, got -1 [soft_cap]"],
  ]);
});

describe("rows in the strided layout", () => {
  it.each([
    ["linear_scan", "axis = 1 : i64, strided = 5 : i64"],
    ["causal_conv1d", "axis = 1 : i64, strided = 1 : i64"],
    ["attention", "scale = 0.5 : f32, strided = 5 : i64"],
  ])("%s takes strided slices of equal size", (name, attributes) => {
    expect(verdict(name, {}, attributes)).toBe("valid");
  });

  it.each([
    ["linear_scan", "axis = 1 : i64, strided = 2 : i64", 2],
    ["causal_conv1d", "axis = 1 : i64, strided = 0 : i64", 0],
    ["attention", "scale = 0.5 : f32, strided = 3 : i64", 3],
  ])("%s refuses others", (name, attributes, factor) => {
    expect(verdict(name, {}, attributes)).toBe(
      `${fullName(name)}: strided must divide the 5 tokens, got ${factor} [strided]`,
    );
  });
});
