/** @file Order, by values: inputs and outputs whole. */
import * as dsl from "../../../src/dsl/index.js";
import { input } from "../../../src/dsl/index.js";
import { column, row, x1, x2, testValues } from "./values.js";

testValues([
  [
    "sort",
    () => dsl.sort(x1(), "time"),
    { x: [3, Number.NaN, -0, Number.NEGATIVE_INFINITY, 1] },
    "[time 5] f32",
    [Number.NEGATIVE_INFINITY, -0, 1, 3, Number.NaN],
  ],
  [
    "sort from the largest",
    () => dsl.sort(input("x", [row, column], "i32"), "column", { descending: true }),
    { x: [1, 3, 2, -1, -3, 0] },
    "[row 2, column 3] i32",
    [3, 2, 1, 0, -1, -3],
  ],
  [
    "argsort, equal ones in their order",
    () => dsl.argsort(x1(), "time"),
    { x: [2, 1, 2, 1, 0] },
    "[time 5] i32",
    [4, 1, 3, 0, 2],
  ],
  [
    "topK",
    () => dsl.topK(x2(), "column", 2).values,
    { x: [1, 3, 2, 6, 4, 5] },
    "[row 2, column 2] f32",
    [3, 2, 6, 5],
  ],
  [
    "topK: where",
    () => dsl.topK(x2(), "row", 1).indices,
    { x: [1, 3, 2, 6, 3, 1] },
    "[column 3, row 1] i32",
    [1, 0, 0],
  ],
  [
    "topK: what is no number comes first, whatever its sign",
    () => dsl.topK(dsl.neg(x1()), "time", 3).values,
    { x: [1, Number.NaN, -2, 0, Number.POSITIVE_INFINITY] },
    "[time 3] f32",
    [Number.NaN, 2, -0],
  ],
]);
