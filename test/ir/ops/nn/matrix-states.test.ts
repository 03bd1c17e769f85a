import { describe } from "vitest";
import { testOperands } from "./fitting.js";

describe("what does not fit is named", () => {
  testOperands([
    ["linear_attention", { 0: "5x4xf32" }, "query must have 3 axes, got tensor<5x4xf32> [query_rank]"],
    ["linear_attention", { 1: "2x6x4xf32" }, "key must be [2, 5, 4], got tensor<2x6x4xf32> [key_shape]"],
    ["linear_attention", { 1: "2x5x4xbf16" }, "key must hold f32, got tensor<2x5x4xbf16> [key_element]"],
    ["linear_attention", { 2: "2x5x6xf32" }, "value must have 4 axes, got tensor<2x5x6xf32> [value_rank]"],
    [
      "linear_attention",
      { 2: "2x3x6x6xf32" },
      "value must be [2, 3, 5, 6], got tensor<2x3x6x6xf32> [value_shape]",
    ],
    [
      "linear_attention",
      { 3: "2x3x5xf32" },
      "log_decay must have 4 axes, got tensor<2x3x5xf32> [log_decay_rank]",
    ],
    [
      "linear_attention",
      { 3: "2x3x5x2xf32" },
      "log_decay must have one number a token, or one for each of the 4 channels of a key, got tensor<2x3x5x2xf32> [decays]",
    ],
    [
      "linear_attention",
      { 3: "2x1x5x1xf32" },
      "log_decay must be [2, 3, 5, 1], got tensor<2x1x5x1xf32> [log_decay_shape]",
    ],
    [
      "linear_attention",
      { 3: "2x3x5x1xbf16" },
      "log_decay must hold f32, got tensor<2x3x5x1xbf16> [log_decay_element]",
    ],
    [
      "linear_attention",
      { 4: "2x3x6x4xf32" },
      "state must be [2, 3, 4, 6], got tensor<2x3x6x4xf32> [state_shape]",
    ],
    [
      "linear_attention",
      { 4: "2x3x4x6xbf16" },
      "state must hold f32, got tensor<2x3x4x6xbf16> [state_element]",
    ],
    ["delta_rule", { 4: "2x3x5x1xf32" }, "read must be [2, 3, 5, 4], got tensor<2x3x5x1xf32> [read_shape]"],
    ["delta_rule", { 5: "2x5x4xf32" }, "write must be [2, 3, 5, 4], got tensor<2x5x4xf32> [write_shape]"],
    ["delta_rule", { 5: "2x3x5x4xbf16" }, "write must hold f32, got tensor<2x3x5x4xbf16> [write_element]"],
  ]);
});
