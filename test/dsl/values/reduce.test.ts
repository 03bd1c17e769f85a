/** @file Reductions, products and what is cumulated, by values: inputs and outputs whole. */
import * as dsl from "../../../src/dsl/index.js";
import { axis, input } from "../../../src/dsl/index.js";
import { column, row, time, x1, x2, testValues } from "./values.js";

testValues([
  // Reductions.
  ["prod", () => dsl.prod(x2(), "column"), { x: [1, 2, 3, 4, 5, 6] }, "[row 2] f32", [6, 120]],
  ["minimum", () => dsl.minimum(x2(), ["row", "column"]), { x: [3, 2, 1, 0, -1, 4] }, "[] f32", [-1]],
  [
    "maximum of integers",
    () => dsl.maximum(input("x", [time], "i32"), "time"),
    { x: [-5, -3, -9, -4, -7] },
    "[] i32",
    [-3],
  ],
  [
    "maximum of unsigned integers",
    () => dsl.maximum(input("x", [time], "ui8"), "time"),
    { x: [1, 200, 3, 4, 5] },
    "[] ui8",
    [200],
  ],
  [
    "minimum of 64-bit integers",
    () => dsl.minimum(input("x", [time], "i64"), "time"),
    { x: [1, 200, 3, 4, 5] },
    "[] i64",
    [1],
  ],
  ["argmin", () => dsl.argmin(x2(), "column"), { x: [3, 1, 1, 0, 5, -1] }, "[row 2] i32", [1, 2]],
  [
    "argmax of integers",
    () => dsl.argmax(input("x", [row, column], "i32"), "column"),
    { x: [3, 7, 7, -3, -5, -1] },
    "[row 2] i32",
    [1, 2],
  ],
  ["variance", () => dsl.variance(x2(), "column"), { x: [1, 2, 3, 4, 4, 4] }, "[row 2] f32", [2 / 3, 0]],
  // Products.
  [
    "einsum of two",
    () => dsl.einsum([x2(), input("w", [column, axis("out", 2)], "f32")], ["out", "row"]),
    { x: [1, 2, 3, 4, 5, 6], w: [1, 0, 0, 1, 1, 1] },
    "[out 2, row 2] f32",
    [4, 10, 5, 11],
  ],
  [
    "einsum of three, a sum of one and an outer product",
    () => dsl.einsum([x2(), input("a", [row], "f32"), input("b", [axis("out", 2)], "f32")], ["out"]),
    { x: [1, 2, 3, 4, 5, 6], a: [1, 10], b: [1, 2] },
    "[out 2] f32",
    [156, 312],
  ],
  [
    "einsum of one: a transposition",
    () => dsl.einsum([x2()], ["column", "row"]),
    { x: [1, 2, 3, 4, 5, 6] },
    "[column 3, row 2] f32",
    [1, 4, 2, 5, 3, 6],
  ],
  // Cumulative.
  ["cumsum", () => dsl.cumsum(x1(), "time"), { x: [1, 2, 3, 4, 5] }, "[time 5] f32", [1, 3, 6, 10, 15]],
  [
    "cumsum in reverse",
    () => dsl.cumsum(x1(), "time", { reverse: true }),
    { x: [1, 2, 3, 4, 5] },
    "[time 5] f32",
    [15, 14, 12, 9, 5],
  ],
  [
    "cumprod along the second axis",
    () => dsl.cumprod(x2(), "column"),
    { x: [1, 2, 3, 4, 5, 6] },
    "[row 2, column 3] f32",
    [1, 2, 6, 4, 20, 120],
  ],
  [
    "cumsum along the first axis",
    () => dsl.cumsum(x2(), "row"),
    { x: [1, 2, 3, 4, 5, 6] },
    "[row 2, column 3] f32",
    [1, 2, 3, 5, 7, 9],
  ],
  [
    "cummax",
    () => dsl.cummax(input("x", [time], "i32"), "time"),
    { x: [1, 3, 2, 5, 4] },
    "[time 5] i32",
    [1, 3, 3, 5, 5],
  ],
  ["cummin", () => dsl.cummin(x1(), "time"), { x: [3, 4, 2, 5, 1] }, "[time 5] f32", [3, 3, 2, 2, 1]],
  [
    "cumsum, exclusive",
    () => dsl.cumsum(x1(), "time", { exclusive: true }),
    { x: [1, 2, 3, 4, 5] },
    "[time 5] f32",
    [0, 1, 3, 6, 10],
  ],
  [
    "cumprod, exclusive, in reverse",
    () => dsl.cumprod(x2(), "column", { exclusive: true, reverse: true }),
    { x: [1, 2, 3, 4, 5, 6] },
    "[row 2, column 3] f32",
    [6, 3, 1, 30, 6, 1],
  ],
  [
    "cummax, exclusive: nothing is the least number of the type",
    () => dsl.cummax(input("x", [time], "i32"), "time", { exclusive: true }),
    { x: [1, 3, 2, 5, 4] },
    "[time 5] i32",
    [-2147483648, 1, 3, 3, 5],
  ],
  [
    "cummin, exclusive, in reverse",
    () => dsl.cummin(x1(), "time", { exclusive: true, reverse: true }),
    { x: [3, 4, 2, 5, 1] },
    "[time 5] f32",
    [1, 1, 1, 1, Number.POSITIVE_INFINITY],
  ],
  [
    "cumLogSumExp",
    () => dsl.cumLogSumExp(x1(), "time"),
    { x: [0, 0, 1, Number.NEGATIVE_INFINITY, 2] },
    "[time 5] f32",
    [0, Math.LN2, 1.5514447, 1.5514447, 2.4938116],
  ],
  // Elements below 32 bits are summed in f32.
  [
    "mean of bf16",
    () => dsl.mean(input("x", [axis("many", 1000)], "bf16"), "many"),
    { x: Array<number>(1000).fill(1) },
    "[] bf16",
    [1],
  ],
]);
