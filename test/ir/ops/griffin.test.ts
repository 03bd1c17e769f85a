import { describe } from "vitest";
import { testAttributes, testOperands } from "./nn/fitting.js";

describe("what does not fit is named", () => {
  testOperands([
    ["rg_lru_gates", { 0: "10x4xf32" }, "x must have 3 axes, got tensor<10x4xf32> [x_rank]"],
    ["rg_lru_gates", { 1: "2x5x4xf32" }, "z must be [2, 5, 8], got tensor<2x5x4xf32> [z_shape]"],
    ["rg_lru_gates", { 2: "8xf32" }, "bias must be [2, 4], got tensor<8xf32> [bias_shape]"],
    ["rg_lru_gates", { 3: "8xf32" }, "log_decay must be [4], got tensor<8xf32> [log_decay_shape]"],
    ["rg_lru_gates", { 4: "2xi1" }, "reset must be [2, 5], got tensor<2xi1> [reset_shape]"],
    ["rg_lru_gates", { 4: "2x5xi32" }, 'operand "reset" cannot be tensor<2x5xi32> [operand_type]'],
  ]);

  testAttributes([
    ["rg_lru_gates", "heads = 3 : i64", "3 heads must divide the recurrence width 4 [heads]"],
    ["rg_lru_gates", "heads = 0 : i64", "0 heads must divide the recurrence width 4 [heads]"],
  ]);
});
