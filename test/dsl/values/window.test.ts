/** @file Windows: pooling and convolutions, by values: inputs and outputs whole. */
import { describe, expect, test } from "vitest";
import * as dsl from "../../../src/dsl/index.js";
import { axis, input } from "../../../src/dsl/index.js";
import { time, x1, x2, testValues } from "./values.js";
import { traceComplaint } from "../trace.js";

testValues([
  [
    "maxPool",
    () => dsl.maxPool(x1(), { time: { size: 2, stride: 2 } }),
    { x: [1, 3, 2, -4, 5] },
    "[time 2] f32",
    [3, 2],
  ],
  [
    "maxPool of integers, same",
    () => dsl.maxPool(input("x", [time], "i32"), { time: { size: 3, padding: "same" } }),
    { x: [-1, -3, -2, -4, -5] },
    "[time 5] i32",
    [-1, -1, -2, -2, -4],
  ],
  [
    "meanPool leaves the padding out",
    () => dsl.meanPool(x1(), { time: { size: 3, stride: 2, padding: [1, 1] } }),
    { x: [1, 2, 3, 4, 5] },
    "[time 3] f32",
    [1.5, 3, 4.5],
  ],
  [
    "sumPool of two axes, dilated",
    () => dsl.sumPool(x2(), { row: { size: 2 }, column: { size: 2, dilation: 2 } }),
    { x: [1, 2, 3, 4, 5, 6] },
    "[row 1, column 1] f32",
    [14],
  ],
  [
    "conv in one axis, two batches",
    () =>
      dsl.conv(
        x2().expand(axis("in", 1)).rename({}),
        input("w", [axis("tap", 2), axis("in", 1), axis("out", 2)], "f32"),
        { over: { column: { kernel: "tap" } }, from: "in", to: "out" },
      ),
    { x: [1, 2, 3, 4, 5, 6], w: [1, 10, 2, 20] },
    "[row 2, column 2, out 2] f32",
    [5, 50, 8, 80, 14, 140, 17, 170],
  ],
  [
    "conv with groups and same padding, no batch",
    () =>
      dsl.conv(
        input("x", [time, axis("in", 2)], "f32"),
        input("w", [axis("tap", 3), axis("in", 1), axis("out", 2)], "f32"),
        { over: { time: { kernel: "tap", padding: "same" } }, from: "in", to: "out", groups: 2 },
      ),
    { x: [1, 10, 2, 20, 3, 30, 4, 40, 5, 50], w: [1, 0, 1, 1, 1, 0] },
    "[time 5, out 2] f32",
    [3, 10, 6, 20, 9, 30, 12, 40, 9, 50],
  ],
  [
    "conv of two axes with strides; any number of other axes",
    () =>
      dsl.conv(
        input("x", [axis("a", 1), axis("b", 2), axis("h", 3), axis("w", 3), axis("in", 1)], "f32"),
        input("k", [axis("out", 1), axis("in", 1), axis("kw", 2), axis("kh", 2)], "f32"),
        {
          over: { h: { kernel: "kh" }, w: { kernel: "kw", stride: 2, padding: [0, 1] } },
          from: "in",
          to: "out",
        },
      ),
    { x: [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 0, 0, 0, 0, 0, 0, 0, 1], k: [1, 0, 0, 1] },
    "[a 1, b 2, h 2, w 2, out 1] f32",
    [6, 3, 12, 6, 1, 0, 0, 0],
  ],
  [
    "meanPool of bf16 is summed in f32",
    () => dsl.meanPool(input("x", [axis("many", 1000)], "bf16"), { many: { size: 1000 } }),
    { x: Array<number>(1000).fill(3) },
    "[many 1] bf16",
    [3],
  ],
  [
    "minPool of unsigned integers: the padding is above all",
    () => dsl.minPool(input("x", [time], "ui64"), { time: { size: 2, padding: [1, 0] } }),
    { x: [3, 4, 1, 2, 5] },
    "[time 5] ui64",
    [3, 3, 1, 1, 2],
  ],
  [
    "conv dilated, with strides and the same padding",
    () =>
      dsl.conv(
        x1().expand(axis("in", 1)),
        input("w", [axis("tap", 2), axis("in", 1), axis("out", 1)], "f32"),
        { over: { time: { kernel: "tap", dilation: 2, stride: 2, padding: "same" } }, from: "in", to: "out" },
      ),
    { x: [1, 2, 3, 4, 5], w: [1, 10] },
    "[time 3, out 1] f32",
    [20, 42, 4],
  ],
]);

describe("what is refused", () => {
  const over = (window: object, kernel: readonly string[] = ["tap", "in", "out"]) =>
    traceComplaint(() => {
      const x = input("x", [time, axis("wide", 5), axis("in", 1)], "f32");
      const w = input(
        "w",
        kernel.map((name) => axis(name, 1)),
        "f32",
      );
      return { y: dsl.conv(x, w, { over: window, from: "in", to: "out" } as never) };
    });

  test.each([
    ["no input dilation", { kernel: "tap", inputDilation: 0 }],
    ["a padding of another name", { kernel: "tap", padding: "SAME" }],
    ["a padding of one side", { kernel: "tap", padding: [1] }],
  ])("%s", (_, window) => {
    expect(over({ time: window })).toContain('conv: there is no such window along "time"');
  });

  test("an axis of the kernel along two axes", () => {
    const twice = { time: { kernel: "tap" }, wide: { kernel: "tap" } };
    expect(over(twice, ["tap", "other", "in", "out"])).toContain(
      "conv: the kernel has other axes than it must",
    );
  });
});
