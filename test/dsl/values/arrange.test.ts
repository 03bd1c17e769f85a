/** @file Constants, and elements in other places, by values: inputs and outputs whole. */
import { expect, test } from "vitest";
import * as dsl from "../../../src/dsl/index.js";
import { axis, input } from "../../../src/dsl/index.js";
import { traceComplaint } from "../trace.js";
import { column, row, time, x1, x2, testValues } from "./values.js";

testValues([
  // Constants.
  [
    "constant of lists in lists",
    () =>
      dsl.constant(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        [row, column],
        "i32",
      ),
    {},
    "[row 2, column 3] i32",
    [1, 2, 3, 4, 5, 6],
  ],
  [
    "constant of a flat list",
    () => dsl.constant([1, 2, 3, 4, 5, 6.5], [row, column], "f32"),
    {},
    "[row 2, column 3] f32",
    [1, 2, 3, 4, 5, 6.5],
  ],
  [
    "constant of a typed array",
    () => dsl.constant(Float64Array.of(1, 2, 3), [column], "f64"),
    {},
    "[column 3] f64",
    [1, 2, 3],
  ],
  [
    "oneHot",
    () => dsl.oneHot(input("i", [row], "i32"), column),
    { i: [2, 5] },
    "[column 3, row 2] f32",
    [0, 0, 0, 0, 1, 0],
  ],
  [
    "oneHot of booleans",
    () => dsl.oneHot(input("i", [row], "i32"), column, "i1"),
    { i: [0, 1] },
    "[column 3, row 2] i1",
    [1, 0, 0, 1, 0, 0],
  ],
  // Arranging.
  [
    "pad",
    () => dsl.pad(x2(), { column: [1, 0], row: { after: 1 } }, 9),
    { x: [1, 2, 3, 4, 5, 6] },
    "[row 3, column 4] f32",
    [9, 1, 2, 3, 9, 4, 5, 6, 9, 9, 9, 9],
  ],
  [
    "pad between, and less",
    () => dsl.pad(x1(), { time: { between: 1, before: -2 } }),
    { x: [1, 2, 3, 4, 5] },
    "[time 7] f32",
    [2, 0, 3, 0, 4, 0, 5],
  ],
  [
    "reverse",
    () => dsl.reverse(x2(), ["row", "column"]),
    { x: [1, 2, 3, 4, 5, 6] },
    "[row 2, column 3] f32",
    [6, 5, 4, 3, 2, 1],
  ],
  [
    "stack",
    () => dsl.stack([x1(), x1().mul(2)], "copy"),
    { x: [1, 2, 3, 4, 5] },
    "[copy 2, time 5] f32",
    [1, 2, 3, 4, 5, 2, 4, 6, 8, 10],
  ],
  [
    "squeeze",
    () => dsl.squeeze(input("x", [axis("one", 1), time], "f32"), "one"),
    { x: [1, 2, 3, 4, 5] },
    "[time 5] f32",
    [1, 2, 3, 4, 5],
  ],
  ["roll", () => dsl.roll(x1(), "time", 2), { x: [1, 2, 3, 4, 5] }, "[time 5] f32", [4, 5, 1, 2, 3]],
  ["roll back", () => dsl.roll(x1(), "time", -6), { x: [1, 2, 3, 4, 5] }, "[time 5] f32", [2, 3, 4, 5, 1]],
]);

test("pad refuses to take away more than there is", () => {
  const complaint = traceComplaint(() => ({ y: dsl.pad(x1(), { time: [-4, -2] }) }));
  expect(complaint).toContain('shape error: axis "time" has size -1');
});
