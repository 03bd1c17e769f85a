import { describe } from "vitest";
import { testAttributes, testOperands } from "./fitting.js";

describe("what does not fit is named", () => {
  testOperands([
    ["to_strided", { 0: "2x5x4xf32" }, "factor must divide the 5 rows, got 3 [factor]"],
    ["to_strided", { 0: "6xf32" }, "axis must be one of tensor<6xf32>, got 1 [axis]"],
    ["to_ordered", { 0: "f32" }, "axis must be one of tensor<f32>, got 0 [axis]"],
    ["to_ordered", { 0: "3x2xi32" }, "factor must divide the 3 rows, got 2 [factor]"],
  ]);

  testAttributes([
    ["to_strided", "axis = 3 : i64, factor = 1 : i64", "axis must be one of tensor<2x6x4xf32>, got 3 [axis]"],
    ["to_strided", "axis = 1 : i64, factor = 0 : i64", "factor must divide the 6 rows, got 0 [factor]"],
  ]);
});
