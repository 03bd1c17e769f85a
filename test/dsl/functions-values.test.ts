/** @file Functions of the DSL by their values, interpreted: inputs and outputs whole. */
import { describe, expect, test } from "vitest";
import * as dsl from "../../src/dsl/index.js";
import { axis, type DType, input, program, type Tensor } from "../../src/dsl/index.js";
import { run } from "./interpret.js";

type Any = Tensor<string, DType>;
const [row, column] = [axis("row", 2), axis("column", 3)];
const x2 = () => input("x", [row, column], "f32");
const time = axis("time", 5);
const x1 = (dtype: "f32" | "i32" | "bf16" = "f32") => input("x", [time], dtype as "f32");
const scalar = (name: string) => input(name, [], "i32");

/** What a body makes of arguments by name: numbers, and the axes of the result. */
function made(
  body: () => object,
  inputs: Readonly<Record<string, readonly number[]>>,
): readonly [string, readonly number[]] {
  let shown = "";
  const traced = program({ name: "values" }, () => {
    const y = body() as Any;
    shown = String(y);
    return { y };
  });
  return [shown, run(traced, inputs).y!];
}

const near = (numbers: readonly number[]) =>
  numbers.map((number) => (Number.isFinite(number) ? expect.closeTo(number, 5) : number));
type Case = readonly [
  name: string,
  body: () => object,
  inputs: Readonly<Record<string, readonly number[]>>,
  axes: string,
  values: readonly number[],
];

const cases: readonly Case[] = [
  // Elementwise.
  [
    "erf",
    () => dsl.erf(x1()),
    { x: [-1, 0, 0.5, 1, 2] },
    "[time 5] f32",
    [-0.8427008, 0, 0.5204999, 0.8427008, 0.9953223],
  ],
  [
    "erfInv",
    () => dsl.erfInv(x1()),
    { x: [-0.5, 0, 0.1, 0.5, 0.9] },
    "[time 5] f32",
    [-0.4769363, 0, 0.088856, 0.4769363, 1.1630871],
  ],
  [
    "atan2",
    () => dsl.atan2(x1(), dsl.fill(-1, [], "f32")),
    { x: [0, 1, -1, 2, -2] },
    "[time 5] f32",
    [Math.PI, 2.3561945, -2.3561945, 2.0344439, -2.0344439],
  ],
  ["round", () => dsl.round(x1()), { x: [0.5, 1.5, -0.5, 2.4, -2.6] }, "[time 5] f32", [0, 2, -0, 2, -3]],
  [
    "roundAwayFromZero",
    () => dsl.roundAwayFromZero(x1()),
    { x: [0.5, 1.5, -0.5, 2.4, -2.6] },
    "[time 5] f32",
    [1, 2, -1, 2, -3],
  ],
  [
    "lgamma",
    () => dsl.lgamma(x1()),
    { x: [0.5, 1, 2, 3, 10] },
    "[time 5] f32",
    [0.5723649, 0, 0, Math.LN2, 12.8018275],
  ],
  ["cbrt", () => dsl.cbrt(x1()), { x: [-8, 0, 1, 27, 2] }, "[time 5] f32", [-2, 0, 1, 3, 1.2599211]],
  [
    "isNotANumber",
    () => dsl.isNotANumber(x1()),
    { x: [0, Number.NaN, Number.POSITIVE_INFINITY, 1, 2] },
    "[time 5] i1",
    [0, 1, 0, 0, 0],
  ],
  ["clamp of numbers", () => dsl.clamp(0, x1(), 6), { x: [-1, 3, 7, 6, 0] }, "[time 5] f32", [0, 3, 6, 6, 0]],
  [
    "clamp of tensors",
    () => dsl.clamp(input("low", [column], "f32"), x2(), 3),
    { low: [0, 2, 0], x: [-1, 1, 5, 1, 4, 2] },
    "[row 2, column 3] f32",
    [0, 2, 3, 1, 3, 2],
  ],
  [
    "logAddExp",
    () => dsl.logAddExp(x1(), dsl.fill(1, [], "f32")),
    { x: [1, 0, 100, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] },
    "[time 5] f32",
    [1.6931472, 1.3132616, 100, 1, Number.POSITIVE_INFINITY],
  ],
  [
    "select between two numbers",
    () => dsl.where(x1().gt(1), 1, -1, "bf16"),
    { x: [0, 1, 2, 3, 4] },
    "[time 5] bf16",
    [-1, -1, 1, 1, 1],
  ],
  // Bits.
  [
    "xor, and, or of integers",
    () => dsl.bitcast(x1("i32"), "i32").xor(dsl.fill(5, [], "i32") as never),
    { x: [0, 1, 4, 5, -1] },
    "[time 5] i32",
    [5, 4, 1, 0, -6],
  ],
  [
    "shiftRight keeps the sign",
    () => input("x", [time], "i32").shiftRight(1),
    { x: [4, 5, -4, -5, 1] },
    "[time 5] i32",
    [2, 2, -2, -3, 0],
  ],
  [
    "shiftRight of unsigned brings zeros",
    () => input("x", [time], "ui8").shiftRight(4),
    { x: [255, 128, 16, 15, 0] },
    "[time 5] ui8",
    [15, 8, 1, 0, 0],
  ],
  [
    "popCount",
    () => dsl.popCount(input("x", [time], "i32")),
    { x: [0, 1, 3, 255, -1] },
    "[time 5] i32",
    [0, 1, 2, 8, 32],
  ],
  [
    "bitcast",
    () => dsl.bitcast(x1(), "i32"),
    { x: [0, 1, -1, 2, 0.5] },
    "[time 5] i32",
    [0, 0x3f800000, -0x40800000, 0x40000000, 0x3f000000],
  ],
  // Complex numbers.
  [
    "abs of complex numbers is real",
    () => dsl.abs(dsl.complex(x1(), dsl.fill(4, [], "f32"))),
    { x: [0, 3, -3, 0, 1] },
    "[time 5] f32",
    [4, 5, 5, 4, 4.1231056],
  ],
  [
    "the product of complex numbers",
    () => dsl.imag(dsl.complex(x1(), x1()).mul(2).mul(dsl.complex(x1(), x1()))),
    { x: [0, 1, 2, 3, -1] },
    "[time 5] f32",
    [0, 4, 16, 36, 4],
  ],
  // Scalars of other types.
  [
    "a float and a scalar of integers",
    () => x1().add(scalar("n")),
    { x: [0.5, 1, 2, 3, 4], n: [2] },
    "[time 5] f32",
    [2.5, 3, 4, 5, 6],
  ],
  [
    "bf16 and a scalar of f32",
    () => input("x", [time], "bf16").mul(input("s", [], "f32")),
    { x: [1, 2, 3, 4, 5], s: [0.5] },
    "[time 5] bf16",
    [0.5, 1, 1.5, 2, 2.5],
  ],
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
    "cumLogSumExp",
    () => dsl.cumLogSumExp(x1(), "time"),
    { x: [0, 0, 1, Number.NEGATIVE_INFINITY, 2] },
    "[time 5] f32",
    [0, Math.LN2, 1.5514447, 1.5514447, 2.4938116],
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
  // Order.
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
  // Indices.
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
  // Windows.
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
];

describe("values", () => {
  test.each(cases)("%s", (_, body, inputs, axes, values) => {
    expect(made(body, inputs)).toEqual([axes, near(values)]);
  });
});

describe("elements below 32 bits are summed in f32", () => {
  const many = axis("many", 1000);
  test("mean of bf16", () => {
    const x = Array<number>(1000).fill(1);
    expect(made(() => dsl.mean(input("x", [many], "bf16"), "many"), { x })).toEqual(["[] bf16", [1]]);
  });
  test("meanPool of bf16", () => {
    const x = Array<number>(1000).fill(3);
    expect(made(() => dsl.meanPool(input("x", [many], "bf16"), { many: { size: 1000 } }), { x })).toEqual([
      "[many 1] bf16",
      [3],
    ]);
  });
});
