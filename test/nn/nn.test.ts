/** @file Functions of `stablegriffin/nn` by their values, and their gradients against differences of values. */
import { describe, expect, test } from "vitest";
import {
  axis,
  cumsum,
  conv,
  type DType,
  einsum,
  gather,
  grad,
  input,
  maxPool,
  meanPool,
  pad,
  program,
  random,
  scatter,
  sort,
  sum,
  type Tensor,
} from "../../src/dsl/index.js";
import {
  binaryCrossEntropy,
  crossEntropy,
  dropout,
  elu,
  embedding,
  gelu,
  layerNorm,
  leakyRelu,
  logSoftmax,
  logSumExp,
  relu,
  silu,
  softmax,
} from "../../src/nn/index.js";
import { run } from "../dsl/interpret.js";
import { traceComplaint } from "../dsl/trace.js";

const [row, column] = [axis("row", 2), axis("column", 3)];
type Any = Tensor<string, DType>;
const x = () => input("x", [row, column], "f32");
const values = [-1, 0, 2, 0.5, 3, -2];

const made = (
  body: () => object,
  inputs: Readonly<Record<string, readonly number[]>> = { x: values },
): readonly number[] =>
  run(
    program({ name: "nn" }, () => ({ y: body() as Any })),
    inputs,
  ).y!;
const near = (numbers: readonly number[]) =>
  numbers.map((number) => (Number.isFinite(number) ? expect.closeTo(number, 5) : number));
const rows = (f: (numbers: readonly number[]) => readonly number[]): readonly number[] => [
  ...f(values.slice(0, 3)),
  ...f(values.slice(3)),
];
const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const powers = (numbers: readonly number[]) => numbers.map(Math.exp);

describe("values", () => {
  test.each([
    ["relu", () => relu(x()), values.map((v) => Math.max(v, 0))],
    ["leakyRelu", () => leakyRelu(x(), 0.1), values.map((v) => (v > 0 ? v : 0.1 * v))],
    ["elu", () => elu(x()), values.map((v) => (v > 0 ? v : Math.expm1(v)))],
    ["silu", () => silu(x()), values.map((v) => v / (1 + Math.exp(-v)))],
    ["gelu", () => gelu(x()), [-0.158655, 0, 1.9544997, 0.3457312, 2.9959502, -0.0455003]],
    ["softmax", () => softmax(x(), "column"), rows((r) => powers(r).map((p) => p / total(powers(r))))],
    [
      "softmax over all",
      () => softmax(x(), ["row", "column"]),
      powers(values).map((p) => p / total(powers(values))),
    ],
    [
      "logSoftmax",
      () => logSoftmax(x(), "column"),
      rows((r) => r.map((v) => v - Math.log(total(powers(r))))),
    ],
    ["logSumExp", () => logSumExp(x(), "column"), rows((r) => [Math.log(total(powers(r)))])],
    [
      "layerNorm",
      () => layerNorm(x(), "column", { epsilon: 0 }),
      rows((r) => {
        const mean = total(r) / 3;
        const deviation = Math.sqrt(total(r.map((v) => (v - mean) ** 2)) / 3);
        return r.map((v) => (v - mean) / deviation);
      }),
    ],
  ] as const)("%s", (_, body, expected) => {
    expect(made(body)).toEqual(near(expected));
  });

  test("softmax and logSumExp of large numbers and infinities", () => {
    const large = [
      1000,
      1000,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0,
      Number.NEGATIVE_INFINITY,
    ];
    expect(made(() => softmax(x(), "column"), { x: large })).toEqual([0.5, 0.5, 0, 0, 1, 0]);
    expect(made(() => logSumExp(x(), "column"), { x: large })).toEqual([1000.6931762695312, 0]);
    const none = Array<number>(6).fill(Number.NEGATIVE_INFINITY);
    expect(made(() => logSumExp(x(), "column"), { x: none })).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  test("layerNorm with scale and bias, in bf16 computed in f32", () => {
    const norm = () =>
      layerNorm(input("x", [column], "bf16"), "column", {
        scale: input("s", [column], "bf16"),
        bias: input("b", [column], "bf16"),
      });
    expect(made(norm, { x: [256, 257, 258], s: [1, 1, 2], b: [0, 1, 0] })).toEqual([
      -0.70703125, 0.29296875, 2.828125,
    ]);
  });

  test("crossEntropy, binaryCrossEntropy, embedding", () => {
    expect(
      made(() => crossEntropy(x(), input("t", [row], "i32"), "column"), { x: values, t: [2, 0] }),
    ).toEqual(
      near([Math.log(total(powers(values.slice(0, 3)))) - 2, Math.log(total(powers(values.slice(3)))) - 0.5]),
    );
    const p = [0, 1, 0.5, 1, 0, 0];
    const expected = values.map(
      (v, i) => -(p[i]! * Math.log(1 / (1 + Math.exp(-v))) + (1 - p[i]!) * Math.log(1 / (1 + Math.exp(v)))),
    );
    expect(made(() => binaryCrossEntropy(x(), input("p", [row, column], "f32")), { x: values, p })).toEqual(
      near(expected),
    );
    expect(
      made(() => embedding(x(), "row", input("i", [axis("n", 3)], "i32")), { x: values, i: [1, 1, 0] }),
    ).toEqual([0.5, 3, -2, 0.5, 3, -2, -1, 0, 2]);
  });

  test("dropout: what is left is scaled, the same key leaves the same", () => {
    const many = axis("many", 64);
    const dropped = made(() => dropout(input("x", [many], "f32"), random.key(1), 0.25), {
      x: Array<number>(64).fill(3),
    });
    expect(new Set(dropped)).toEqual(new Set([0, 4]));
    expect(dropped.filter((v) => v === 0).length).toBeGreaterThan(6);
    expect(dropped.filter((v) => v === 0).length).toBeLessThan(28);
    expect(traceComplaint(() => ({ y: dropout(x(), random.key(1), 1) }))).toContain("dropout: 1 is no rate");
  });
});

describe("gradients", () => {
  const weight = (f: Any): Any => f.mul(f).add(f);
  const i = () => input("i", [row], "i32");
  /** The gradient of a sum over f(x), and differences of it. */
  test.each([
    ["softmax", (t: Any) => softmax(t as never, "column" as never)],
    ["logSumExp", (t: Any) => logSumExp(t as never, "column" as never)],
    ["layerNorm", (t: Any) => layerNorm(t as never, "column" as never)],
    ["gelu", (t: Any) => gelu(t as never)],
    ["silu", (t: Any) => silu(t as never)],
    ["crossEntropy", (t: Any) => crossEntropy(t as never, i() as never, "column" as never)],
    ["gather", (t: Any) => gather(t as never, { column: i() } as never)],
    [
      "scatter",
      (t: Any) =>
        scatter(t as never, { column: i() } as never, sum(t as never, "column" as never) as never, "add"),
    ],
    ["cumsum", (t: Any) => cumsum(t as never, "column" as never)],
    ["sort", (t: Any) => sort(t as never, "column" as never)],
    ["pad", (t: Any) => pad(t as never, { column: [1, -1] } as never)],
    ["maxPool", (t: Any) => maxPool(t as never, { column: { size: 2 } } as never)],
    ["meanPool", (t: Any) => meanPool(t as never, { column: { size: 2, padding: "same" } } as never)],
    [
      "einsum",
      (t: Any) => einsum([t, t.rename({ column: "other" } as never) as never], ["column", "other"] as never),
    ],
    [
      "conv",
      (t: Any) =>
        conv(
          t.expand(axis("in", 1)) as never,
          input("w", [axis("tap", 2), axis("in", 1), axis("out", 1)], "f64") as never,
          { over: { column: { kernel: "tap" } }, from: "in", to: "out" } as never,
        ),
    ],
  ])("%s", (_, f) => {
    const loss = (t: Any) => {
      const y = weight(f(t) as unknown as Any);
      return sum(
        y,
        y.axes.map(({ name }) => name),
      ) as unknown as Tensor<never, "f64">;
    };
    const wide = () => input("x", [row, column], "f64") as unknown as Any;
    const inputs = { i: [2, 0], w: [0.5, -2] };
    const sloped = program(
      { name: "slope" },
      () => grad(({ t }: { t: Any }) => loss(t))({ t: wide() }) as never,
    );
    const valued = program({ name: "value" }, () => ({ y: loss(wide()) as never }));
    const at = (shift: number, where: number) =>
      run(valued, { ...inputs, x: values.map((v, j) => (j === where ? v + shift : v)) }).y![0]!;
    const slopes = values.map((_value, j) => (at(1e-5, j) - at(-1e-5, j)) / 2e-5);
    expect(run(sloped, { ...inputs, x: values }).t).toEqual(slopes.map((slope) => expect.closeTo(slope, 4)));
  });
});
