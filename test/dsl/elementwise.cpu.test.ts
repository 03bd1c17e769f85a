import { describe, expect, it } from "vitest";
import {
  abs,
  axis,
  ceil,
  cos,
  type DType,
  exp,
  expm1,
  fill,
  floor,
  geluTanh,
  input,
  log,
  log1p,
  neg,
  not,
  oneMinus,
  program,
  range,
  rsqrt,
  select,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  type Tensor,
  tanh,
} from "../../src/dsl/index.js";
import { useCpu } from "./cpu.js";
import { traceComplaint, traced } from "./trace.js";
import { axesOf } from "./interface.js";

const cpu = useCpu();
const n = axis("n", 4);
const close = (actual: readonly number[], expected: readonly number[], tolerance = 1e-6) => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `element ${i}: ${value}`).toBeLessThanOrEqual(tolerance);
  });
};

/** Name, function, the op it becomes, what it computes. */
type Map = (x: Tensor<"n", "f32">) => Tensor<"n", "f32">;
const maps: readonly (readonly [string, Map, string, (x: number) => number])[] = [
  ["exp", exp, "stablehlo.exponential", Math.exp],
  ["expm1", expm1, "stablehlo.exponential_minus_one", Math.expm1],
  ["log", log, "stablehlo.log", Math.log],
  ["log1p", log1p, "stablehlo.log_plus_one", Math.log1p],
  ["sqrt", sqrt, "stablehlo.sqrt", Math.sqrt],
  ["rsqrt", rsqrt, "stablehlo.rsqrt", (x: number) => 1 / Math.sqrt(x)],
  ["tanh", tanh, "stablehlo.tanh", Math.tanh],
  ["sigmoid", sigmoid, "stablehlo.logistic", (x: number) => 1 / (1 + Math.exp(-x))],
  ["sin", sin, "stablehlo.sine", Math.sin],
  ["cos", cos, "stablehlo.cosine", Math.cos],
  ["floor", floor, "stablehlo.floor", Math.floor],
  ["ceil", ceil, "stablehlo.ceil", Math.ceil],
  ["abs", abs, "stablehlo.abs", Math.abs],
  ["neg", neg, "stablehlo.negate", (x: number) => -x],
  ["sign", sign, "stablehlo.sign", Math.sign],
  [
    "geluTanh",
    geluTanh,
    "nn.gelu_tanh",
    (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  ],
  ["softplus", softplus, "nn.softplus", (x: number) => Math.log1p(Math.exp(x))],
  ["oneMinus", oneMinus, "stablehlo.subtract", (x: number) => 1 - x],
];

describe("functions of one tensor", () => {
  it.each(maps)("%s is one op", (_, map, op) => {
    const text = traced(() => ({ y: map(input("x", [n], "f32")) }));
    expect(text).toMatch(new RegExp(`%\\d+ = "?${op.replace(".", "\\.")}"?.* %(arg0|cst)|"${op}"\\(%arg0`));
  });

  it("all compute what they say", async () => {
    const x = [0.25, 0.5, 1, 2.75];
    const results = await cpu.run(
      program({ name: "p" }, () => {
        const tensor = input("x", [n], "f32");
        return Object.fromEntries(maps.map(([name, map]) => [name, map(tensor)]));
      }),
      { x },
    );
    for (const [name, , , expected] of maps) close(results[name]!, x.map(expected), 2e-6);
  });

  it("those of signed numbers also below zero", async () => {
    const results = await cpu.run(
      program({ name: "p" }, () => {
        const x = input("x", [n], "f32");
        const i = x.to("i32");
        return {
          abs: abs(i),
          neg: neg(i),
          sign: sign(i),
          floor: floor(x),
          softplus: softplus(x),
          gelu: geluTanh(x),
        };
      }),
      { x: [-100, -1.5, 0, 100] },
    );
    expect(results.abs).toEqual([100, 1, 0, 100]);
    expect(results.neg).toEqual([100, 1, 0, -100]);
    expect(results.sign).toEqual([-1, -1, 0, 1]);
    expect(results.floor).toEqual([-100, -2, 0, 100]);
    close(results.softplus!, [0, Math.log1p(Math.exp(-1.5)), Math.log(2), 100]);
    close(results.gelu!, [0, -0.100428, 0, 100], 1e-5);
  });

  it("not turns booleans round", async () => {
    const p = program({ name: "p" }, () => ({ y: not(input("x", [n], "i1")) }));
    expect(await cpu.run(p, { x: [0, 1, 1, 0] })).toEqual({ y: [1, 0, 0, 1] });
  });
});

describe("arithmetic", () => {
  it("of two tensors", async () => {
    const p = program({ name: "p" }, () => {
      const [x, y] = [input("x", [n], "f32"), input("y", [n], "f32")];
      return {
        add: x.add(y),
        sub: x.sub(y),
        mul: x.mul(y),
        div: x.div(y),
        max: x.max(y),
        min: x.min(y),
        pow: y.pow(x),
        rem: x.rem(y),
      };
    });
    expect(await cpu.run(p, { x: [-7, 1, 3, 0], y: [2, 4, 0.5, 8] })).toEqual({
      add: [-5, 5, 3.5, 8],
      sub: [-9, -3, 2.5, -8],
      mul: [-14, 4, 1.5, 0],
      div: [-3.5, 0.25, 6, 0],
      max: [2, 4, 3, 8],
      min: [-7, 1, 0.5, 0],
      pow: [2 ** -7, 4, 0.125, 1],
      rem: [-1, 1, 0, 0],
    });
  });

  it("of a tensor and a number, which becomes a constant of the tensor's type", async () => {
    expect(traced(() => ({ y: input("x", [n], "bf16").mul(0.5) }))).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<4xbf16> {griffin.axes = ["n"], griffin.input = "x"}) -> (tensor<4xbf16> {griffin.axes = ["n"], griffin.output = "y", jax.result_info = "y"}) {
          %cst = stablehlo.constant dense<5.000000e-01> : tensor<4xbf16>
          %0 = stablehlo.multiply %arg0, %cst : tensor<4xbf16>
          return %0 : tensor<4xbf16>
        }
      }"
    `);
    const p = program({ name: "p" }, () => ({ y: input("x", [n], "i8").add(-3) }));
    expect(await cpu.run(p, { x: [1, 2, 3, 127] })).toEqual({ y: [-2, -1, 0, 124] });
  });

  it("compares", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [n], "i32");
      const y = input("y", [n], "i32");
      return { eq: x.eq(y), ne: x.ne(y), lt: x.lt(y), le: x.le(y), gt: x.gt(y), ge: x.ge(2) };
    });
    expect(await cpu.run(p, { x: [1, 2, 3, -4], y: [1, 3, 2, -4] })).toEqual({
      eq: [1, 0, 0, 1],
      ne: [0, 1, 1, 0],
      lt: [0, 1, 0, 0],
      le: [1, 1, 0, 1],
      gt: [0, 0, 1, 0],
      ge: [0, 1, 1, 0],
    });
  });

  it("joins conditions", async () => {
    const p = program({ name: "p" }, () => {
      const [x, y] = [input("x", [n], "i1"), input("y", [n], "i1")];
      return { and: x.and(y), or: x.or(y) };
    });
    expect(await cpu.run(p, { x: [0, 0, 1, 1], y: [0, 1, 0, 1] })).toEqual({
      and: [0, 0, 0, 1],
      or: [0, 1, 1, 1],
    });
  });
});

describe("to", () => {
  it("converts, and is nothing for the type the tensor has", () => {
    const text = traced(() => {
      const x = input("x", [n], "f32");
      return { same: x.to("f32"), half: x.to("bf16") };
    });
    expect(text).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<4xf32> {griffin.axes = ["n"], griffin.input = "x"}) -> (tensor<4xf32> {griffin.axes = ["n"], griffin.output = "same", jax.result_info = "same"}, tensor<4xbf16> {griffin.axes = ["n"], griffin.output = "half", jax.result_info = "half"}) {
          %0 = stablehlo.convert %arg0 : (tensor<4xf32>) -> tensor<4xbf16>
          return %arg0, %0 : tensor<4xf32>, tensor<4xbf16>
        }
      }"
    `);
  });

  it("rounds to nearest even, cuts fractions, and asks whether not zero", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [n], "f32");
      return { bf16: x.to("bf16"), i32: x.to("i32"), i1: x.to("i1"), back: x.to("i1").to("f32") };
    });
    expect(await cpu.run(p, { x: [1.001953125, -2.75, 0, 257] })).toEqual({
      bf16: [1, -2.75, 0, 256],
      i32: [1, -2, 0, 257],
      i1: [1, 1, 0, 1],
      back: [1, 1, 0, 1],
    });
  });
});

describe("fill, range, select", () => {
  const dtypes = [
    ["f64", -0.1],
    ["f32", 1.5],
    ["f16", 65_504],
    ["bf16", -256],
    ["i64", -(2 ** 40)],
    ["i32", -(2 ** 31)],
    ["i16", 32_767],
    ["i8", -128],
    ["i4", 7],
    ["i2", -2],
    ["ui64", 2 ** 50],
    ["ui32", 2 ** 32 - 1],
    ["ui16", 65_535],
    ["ui8", 255],
    ["ui4", 15],
    ["ui2", 3],
    ["i1", 1],
  ] as const satisfies readonly (readonly [DType, number])[];

  it("fill holds its number in every element type", async () => {
    const p = program({ name: "p" }, () =>
      Object.fromEntries(dtypes.map(([dtype, value]) => [dtype, fill(value, [axis("n", 2)], dtype)])),
    );
    const expected = Object.fromEntries(dtypes.map(([dtype, value]) => [dtype, [value, value]]));
    expect(await cpu.run(p)).toEqual(expected);
  });

  it.each([
    [0.5, "i32"],
    [128, "i8"],
    [-1, "ui8"],
    [8, "i4"],
    [16, "ui4"],
    [2, "i1"],
    [2 ** 32, "ui32"],
    [Number.NaN, "i64"],
    [1e5, "f16"],
    [1e39, "f32"],
  ] as const)("%d is no %s", (value, dtype) => {
    const filled = traceComplaint(() => fill(value, [n], dtype));
    expect(filled.split("\n").slice(0, 2)).toEqual([
      `shape error: fill: ${value} is no ${dtype}`,
      `  got:      [n 4] ${dtype}`,
    ]);
    const added = traceComplaint(() => input("x", [n], dtype as "f32").add(value));
    expect(added.split("\n")[0]).toBe(`shape error: add: ${value} is no ${dtype}`);
  });

  it("infinities and NaN are floats", async () => {
    const p = program({ name: "p" }, () => ({
      a: fill(Number.NEGATIVE_INFINITY, [axis("n", 1)], "f16"),
      b: fill(Number.NaN, [axis("n", 1)], "bf16"),
    }));
    expect(await cpu.run(p)).toEqual({ a: [Number.NEGATIVE_INFINITY], b: [Number.NaN] });
  });

  it.each(["f8E5M2", "f4E2M1FN"] as const)("there are no constants of %s", (dtype) => {
    const message = traceComplaint(() => fill(1, [n], dtype));
    expect(message.split("\n")[0]).toBe(`shape error: fill: there are no constants of ${dtype}`);
  });

  it("range counts along an axis", async () => {
    const p = program({ name: "p" }, () => ({ i: range(n), f: range(n, "f32") }));
    expect(p.results.map(({ elementType, axes, dimensions }) => [elementType, axes, dimensions])).toEqual([
      ["i32", ["n"], [4]],
      ["f32", ["n"], [4]],
    ]);
    expect(await cpu.run(p)).toEqual({ i: [0, 1, 2, 3], f: [0, 1, 2, 3] });
  });

  it("booleans do not count", () => {
    const message = traceComplaint(() => range(n, "i1"));
    expect(message).toMatchInlineSnapshot(`
      "shape error: range: booleans do not count
        got:      [n 4] i1
        at:       test/dsl/elementwise.cpu.test.ts LINE
        | const message = traceComplaint(() => range(n, "i1"));
        |                                      ^"
    `);
  });

  it("select chooses element by element; one value may be a number; axes are matched by name", async () => {
    const m = axis("m", 2);
    const p = program({ name: "p" }, () => {
      const choose = input("choose", [n], "i1");
      const [x, y] = [input("x", [n], "f32"), input("y", [m, n], "f32")];
      return { both: select(choose, x, y), zero: select(choose, x, 0), one: select(choose, 1, x) };
    });
    expect(p.results.map(axesOf)).toEqual([[m, n], [n], [n]]);
    expect(
      await cpu.run(p, { choose: [1, 0, 0, 1], x: [1, 2, 3, 4], y: [10, 20, 30, 40, 50, 60, 70, 80] }),
    ).toEqual({
      both: [1, 20, 30, 4, 1, 60, 70, 4],
      zero: [1, 0, 0, 4],
      one: [1, 2, 3, 1],
    });
  });

  it("select of two numbers has no element type", () => {
    const message = traceComplaint(() => select(input("choose", [n], "i1"), 1, 2));
    expect(message).toMatchInlineSnapshot(`
      "shape error: select: two numbers have no element type
        got:      1 and 2
        at:       test/dsl/elementwise.cpu.test.ts LINE
        | const message = traceComplaint(() => select(input("choose", [n], "i1"), 1, 2));
        |                                      ^
        hint:     say it: select(predicate, 1, 0, "f32")"
    `);
  });

  it("select of two element types", () => {
    const message = traceComplaint(() => {
      const y = input("y", [n], "bf16") as Tensor as Tensor<"n", "f32">;
      return select(input("choose", [n], "i1"), input("x", [n], "f32"), y);
    });
    expect(message).toMatchInlineSnapshot(`
      "shape error: select: operands have different element types
        at:       test/dsl/elementwise.cpu.test.ts LINE
        | return select(input("choose", [n], "i1"), input("x", [n], "f32"), y);
        |        ^
        onTrue: [n 4] f32
        onFalse: [n 4] bf16
        hint:     convert one: x.to("f32")"
    `);
  });

  it("select of two sizes", () => {
    const message = traceComplaint(() => {
      const y = input("y", [axis("n", 5)], "f32");
      return select(input("choose", [n], "i1"), 0, y);
    });
    expect(message).toMatchInlineSnapshot(`
      "shape error: select: axis "n" is 4 in predicate and 5 in onFalse
        at:       test/dsl/elementwise.cpu.test.ts LINE
        | return select(input("choose", [n], "i1"), 0, y);
        |        ^
        predicate: [n 4] i1
        onFalse: [n 5] f32
        hint:     if they mean different things, rename one: x.rename({ n: "..." })"
    `);
  });
});
