import { describe, expect, it } from "vitest";
import {
  all,
  any,
  argmax,
  axis,
  dot,
  input,
  maximum,
  mean,
  neg,
  program,
  sum,
  type Tensor,
} from "../../src/dsl/index.js";
import { useCpu } from "./cpu.js";
import { traceComplaint, traced } from "./trace.js";
import { axesOf, interfaceTensor } from "./interface.js";

const cpu = useCpu();
const [batch, time, model, out] = [axis("batch", 2), axis("time", 3), axis("model", 2), axis("out", 2)];
const six = [1, 2, 3, 4, 5, 6];
const loose = (tensor: unknown) => tensor as Tensor<string, "f32">;

describe("dot", () => {
  it("sums over the axis named, pairs up the axes shared, keeps the rest", () => {
    const text = traced(() => {
      const x = input("x", [time, batch, model], "f32");
      const y = input("y", [out, model, batch], "f32");
      return { y: dot(x, y, "model") };
    });
    expect(text).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<3x2x2xf32> {griffin.axes = ["time", "batch", "model"], griffin.input = "x"}, %arg1: tensor<2x2x2xf32> {griffin.axes = ["out", "model", "batch"], griffin.input = "y"}) -> (tensor<2x3x2xf32> {griffin.axes = ["batch", "time", "out"], griffin.output = "y", jax.result_info = "y"}) {
          %0 = stablehlo.dot_general %arg0, %arg1, batching_dims = [1] x [2], contracting_dims = [2] x [1] : (tensor<3x2x2xf32>, tensor<2x2x2xf32>) -> tensor<2x3x2xf32>
          return %0 : tensor<2x3x2xf32>
        }
      }"
    `);
  });

  it("result axes: the shared ones, then the rest of x, then the rest of y", () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [time, batch, model], "f32");
      return { y: dot(x, input("y", [out, model, batch], "f32"), "model") };
    });
    expect(axesOf(p.results[0]!)).toEqual([batch, time, out]);
  });

  it("computes products of matrices, vectors and batches of them", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [batch, time], "f32");
      const w = input("w", [time, out], "f32");
      const y = input("y", [batch, time], "f32");
      return {
        matrix: dot(x, w, "time"),
        inner: dot(x, y, ["batch", "time"]),
        rows: dot(x, y, "time"),
        nothing: dot(x, y, []),
      };
    });
    expect(p.results.map(axesOf)).toEqual([[batch, out], [], [batch], [batch, time]]);
    expect(await cpu.run(p, { x: six, w: [1, 0, 0, 1, 1, 1], y: [1, 1, 1, 2, 2, 2] })).toEqual({
      matrix: [4, 5, 10, 11],
      inner: [36],
      rows: [6, 30],
      nothing: [1, 2, 3, 8, 10, 12],
    });
  });

  it("an axis that one operand lacks", () => {
    const message = traceComplaint(() => {
      const x = loose(input("x", [batch, model], "f32"));
      return dot(x, loose(input("y", [out, time], "f32")), "model");
    });
    expect(message).toMatchInlineSnapshot(`
      "shape error: dot: there is no axis "model" in y
        at:       test/dsl/reduce.cpu.test.ts LINE
        | return dot(x, loose(input("y", [out, time], "f32")), "model");
        |        ^
        x: [batch 2, model 2] f32
        y: [out 2, time 3] f32"
    `);
  });

  it("sizes and element types that differ", () => {
    const sizes = traceComplaint(() =>
      dot(input("x", [model], "f32"), input("y", [out, axis("model", 3)], "f32"), "model"),
    );
    expect(sizes).toMatchInlineSnapshot(`
      "shape error: dot: axis "model" is 2 in x and 3 in y
        at:       test/dsl/reduce.cpu.test.ts LINE
        | dot(input("x", [model], "f32"), input("y", [out, axis("model", 3)], "f32"), "model"),
        | ^
        x: [model 2] f32
        y: [out 2, model 3] f32
        hint:     if they mean different things, rename one: x.rename({ model: "..." })"
    `);
    const dtypes = traceComplaint(() =>
      dot(loose(input("x", [model], "f32")), loose(input("y", [model], "bf16")), "model"),
    );
    expect(dtypes).toMatchInlineSnapshot(`
      "shape error: dot: operands have different element types
        at:       test/dsl/reduce.cpu.test.ts LINE
        | dot(loose(input("x", [model], "f32")), loose(input("y", [model], "bf16")), "model"),
        | ^
        x: [model 2] f32
        y: [model 2] bf16
        hint:     convert one: x.to("f32")"
    `);
  });

  it("an axis summed over twice", () => {
    const message = traceComplaint(() =>
      dot(input("x", [model], "f32"), input("y", [model], "f32"), ["model", "model"]),
    );
    expect(message).toMatchInlineSnapshot(`
      "shape error: dot: axis "model" is given twice
        got:      [model 2] f32
        at:       test/dsl/reduce.cpu.test.ts LINE
        | dot(input("x", [model], "f32"), input("y", [model], "f32"), ["model", "model"]),
        | ^"
    `);
  });
});

describe("reductions", () => {
  it("run over one axis or several, in any order", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [batch, time], "f32");
      return {
        columns: sum(x, "batch"),
        rows: sum(x, "time"),
        whole: sum(x, ["time", "batch"]),
        mean: mean(x, "time"),
        meanOfAll: mean(x, ["batch", "time"]),
        maximum: maximum(neg(x), "time"),
        same: sum(x, []),
      };
    });
    expect(p.results.map(axesOf)).toEqual([[time], [batch], [], [batch], [], [batch], [batch, time]]);
    expect(await cpu.run(p, { x: six })).toEqual({
      columns: [5, 7, 9],
      rows: [6, 15],
      whole: [21],
      mean: [2, 5],
      meanOfAll: [3.5],
      maximum: [-1, -4],
      same: six,
    });
  });

  it("any and all ask booleans, sum adds integers", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [batch, time], "i1");
      return { any: any(x, "time"), all: all(x, "time"), count: sum(x.to("i32"), "time") };
    });
    expect(await cpu.run(p, { x: [0, 0, 1, 1, 1, 1] })).toEqual({ any: [1, 1], all: [0, 1], count: [1, 3] });
  });

  it("the sum of nothing is 0, none of nothing holds, all of nothing do", async () => {
    const none = axis("none", 0);
    const p = program({ name: "p" }, () => {
      const x = input("x", [none, batch], "i1");
      return { sum: sum(x.to("f32"), "none"), any: any(x, "none"), all: all(x, "none") };
    });
    expect(await cpu.run(p, { x: [] })).toEqual({ sum: [0, 0], any: [0, 0], all: [1, 1] });
  });

  it("nothing has no mean and no maximum", () => {
    const none = axis("none", 0);
    const ofMean = traceComplaint(() => mean(input("x", [none, batch], "f32"), ["batch", "none"]));
    expect(ofMean).toMatchInlineSnapshot(`
      "shape error: mean: axis "none" has no elements
        got:      [none 0, batch 2] f32
        at:       test/dsl/reduce.cpu.test.ts LINE
        | const ofMean = traceComplaint(() => mean(input("x", [none, batch], "f32"), ["batch", "none"]));
        |                                     ^"
    `);
    const ofMaximum = traceComplaint(() => maximum(input("x", [none, batch], "f32"), "none"));
    expect(ofMaximum.split("\n")[0]).toBe('shape error: maximum: axis "none" has no elements');
  });

  it.each([
    ["sum", () => sum(loose(input("x", [batch, time], "f32")), "model")],
    ["mean", () => mean(loose(input("x", [batch, time], "f32")), "model")],
    ["maximum", () => maximum(loose(input("x", [batch, time], "f32")), "model")],
  ] as const)("%s over an axis that is not there", (name, reduce) => {
    expect(traceComplaint(reduce).split("\n").slice(0, 2)).toEqual([
      `shape error: ${name}: there is no axis "model"`,
      "  got:      [batch 2, time 3] f32",
    ]);
  });
});

describe("argmax", () => {
  const wide = axis("wide", 5);
  const rows = (count: number) => axis("rows", count);
  const best = (count: number, dtype: "f32" | "bf16" = "f32") =>
    program({ name: "p" }, () => ({ best: argmax(input("x", [rows(count), wide], dtype), "wide") }));

  it("is the index of the largest element, the first of equals", async () => {
    const x = [
      [1, 5, 2, 5, 0],
      [-3, -2, -9, -2, -4],
      [0, 0, 0, 0, 0],
      [1, 2, 3, 4, 5],
      [-1e38, -3e38, Number.NEGATIVE_INFINITY, -2e38, -1.5e38],
    ];
    const p = best(x.length);
    expect(p.results).toEqual([
      { role: "output", name: "best", ...interfaceTensor([rows(x.length)], "i32") },
    ]);
    expect(await cpu.run(p, { x: x.flat() })).toEqual({ best: [1, 1, 0, 4, 0] });
  });

  it("runs along any axis, in any float type", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [time, batch], "bf16");
      return { times: argmax(x, "time"), batches: argmax(x, "batch") };
    });
    expect(await cpu.run(p, { x: [1, 9, 7, 2, 7, 9] })).toEqual({ times: [1, 0], batches: [1, 0, 1] });
  });

  it("is -1 where the largest is not a finite number, or any element is not a number", async () => {
    const { NaN: nan, POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: least } = Number;
    const x = [
      [1, nan, 2, 3, 4],
      [nan, nan, nan, nan, nan],
      [1, inf, 2, 3, 4],
      [least, least, least, least, least],
    ];
    expect(await cpu.run(best(x.length), { x: x.flat() })).toEqual({ best: [-1, -1, -1, -1] });
  });

  it("nothing has no largest, and an axis that is not there neither", () => {
    const none = axis("none", 0);
    const ofNothing = traceComplaint(() => argmax(input("x", [none, batch], "f32"), "none"));
    expect(ofNothing).toMatchInlineSnapshot(`
      "shape error: argmax: axis "none" has no elements
        got:      [none 0, batch 2] f32
        at:       test/dsl/reduce.cpu.test.ts LINE
        | const ofNothing = traceComplaint(() => argmax(input("x", [none, batch], "f32"), "none"));
        |                                        ^"
    `);
    const elsewhere = traceComplaint(() => argmax(loose(input("x", [batch, time], "f32")), "model"));
    expect(elsewhere).toMatchInlineSnapshot(`
      "shape error: argmax: there is no axis "model"
        got:      [batch 2, time 3] f32
        at:       test/dsl/reduce.cpu.test.ts LINE
        | const elsewhere = traceComplaint(() => argmax(loose(input("x", [batch, time], "f32")), "model"));
        |                                        ^
        hint:     its axes are batch, time"
    `);
  });
});
