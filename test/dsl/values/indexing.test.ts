/** @file Elements at places that the program computes, by values: inputs and outputs whole. */
import * as dsl from "../../../src/dsl/index.js";
import { axis, input } from "../../../src/dsl/index.js";
import { column, row, scalar, time, x1, x2, testValues } from "./values.js";

testValues([
  [
    "gather: an axis that both have pairs up",
    () => dsl.gather(x2(), { column: input("i", [row], "i32") }),
    { x: [1, 2, 3, 4, 5, 6], i: [2, 0] },
    "[row 2] f32",
    [3, 4],
  ],
  [
    "gather along two axes",
    () => dsl.gather(x2(), { column: input("i", [time], "i32"), row: input("j", [time], "i32") }),
    { x: [1, 2, 3, 4, 5, 6], i: [0, 1, 2, 0, 9], j: [0, 0, 1, 1, -3] },
    "[time 5] f32",
    [1, 2, 6, 4, 3],
  ],
  [
    "gather by argsort is sort",
    () => dsl.gather(x2(), { column: dsl.argsort(x2(), "column") }),
    { x: [3, 1, 2, 6, 5, 4] },
    "[row 2, column 3] f32",
    [1, 2, 3, 4, 5, 6],
  ],
  [
    "take",
    () => dsl.take(x2(), "row", input("i", [time], "i32")),
    { x: [1, 2, 3, 4, 5, 6], i: [1, 0, 0, 1, 1] },
    "[time 5, column 3] f32",
    [4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6],
  ],
  [
    "scatter adds",
    () => dsl.scatter(x1(), { time: input("i", [row], "i32") }, input("u", [row], "f32"), "add"),
    { x: [0, 0, 0, 0, 0], i: [1, 1], u: [5, 6] },
    "[time 5] f32",
    [0, 11, 0, 0, 0],
  ],
  [
    "scatter sets rows, what lies beyond is left out",
    () =>
      dsl.scatter(
        x2(),
        { row: input("i", [axis("n", 2)], "i32") },
        input("u", [axis("n", 2), column], "f32"),
        "set",
      ),
    { x: [1, 2, 3, 4, 5, 6], i: [1, 7], u: [7, 8, 9, 0, 0, 0] },
    "[row 2, column 3] f32",
    [1, 2, 3, 7, 8, 9],
  ],
  [
    "scatter: an axis that both have pairs up",
    () => dsl.scatter(x2(), { column: input("i", [row], "i32") }, input("u", [row], "f32"), "max"),
    { x: [1, 2, 3, 4, 5, 6], i: [2, 0], u: [9, 0] },
    "[row 2, column 3] f32",
    [1, 2, 9, 4, 5, 6],
  ],
  [
    "dynamicSlice",
    () => dsl.dynamicSlice(x2(), { column: { start: scalar("i"), size: 2 } }),
    { x: [1, 2, 3, 4, 5, 6], i: [2] },
    "[row 2, column 2] f32",
    [2, 3, 5, 6],
  ],
  [
    "dynamicUpdateSlice",
    () => dsl.dynamicUpdateSlice(x1(), input("u", [axis("time", 2)], "f32"), { time: scalar("i") }),
    { x: [1, 2, 3, 4, 5], u: [8, 9], i: [1] },
    "[time 5] f32",
    [1, 8, 9, 4, 5],
  ],
]);
