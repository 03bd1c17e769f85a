import { describe, expect, it } from "vitest";
import {
  at,
  axis,
  concat,
  input,
  merge,
  program,
  slice,
  split,
  take,
  type Tensor,
  transpose,
} from "../../src/dsl/index.js";
import { useCpu } from "./cpu.js";
import { traceComplaint, traced } from "./trace.js";
import { axesOf } from "./interface.js";

const cpu = useCpu();
const [batch, time, head] = [axis("batch", 2), axis("time", 3), axis("head", 2)];
const six = [1, 2, 3, 4, 5, 6];
const loose = (tensor: unknown) => tensor as Tensor<string, "f32">;

describe("split and merge", () => {
  it("split makes one axis several, the first the slowest", async () => {
    const p = program({ name: "p" }, () => ({
      y: split(input("x", [axis("both", 6), head], "i32"), "both", [batch, time]),
    }));
    expect(axesOf(p.results[0]!)).toEqual([batch, time, head]);
    expect(await cpu.run(p, { x: [...six, ...six] })).toEqual({ y: [...six, ...six] });
  });

  it("merge makes several axes one, in the order given, where the first stood", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [batch, time], "i32");
      const z = input("z", [head, batch, time], "i32");
      return {
        rows: merge(x, ["batch", "time"], "all"),
        columns: merge(x, ["time", "batch"], "all"),
        apart: merge(z, ["time", "head"], "all"),
      };
    });
    expect(p.results.map(axesOf)).toEqual([[axis("all", 6)], [axis("all", 6)], [batch, axis("all", 6)]]);
    const z = Array.from({ length: 12 }, (_, i) => i);
    expect(await cpu.run(p, { x: six, z })).toEqual({
      rows: six,
      columns: [1, 4, 2, 5, 3, 6],
      apart: [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11],
    });
  });

  it("merge undoes split", () => {
    const text = traced(() => {
      const x = input("x", [batch, axis("model", 6)], "f32");
      return { y: merge(split(x, "model", [axis("heads", 3), head]), ["heads", "head"], "model") };
    });
    expect(text).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<2x6xf32> {griffin.axes = ["batch", "model"], griffin.input = "x"}) -> (tensor<2x6xf32> {griffin.axes = ["batch", "model"], griffin.output = "y", jax.result_info = "y"}) {
          %0 = stablehlo.reshape %arg0 : (tensor<2x6xf32>) -> tensor<2x3x2xf32>
          %1 = stablehlo.reshape %0 : (tensor<2x3x2xf32>) -> tensor<2x6xf32>
          return %1 : tensor<2x6xf32>
        }
      }"
    `);
  });

  it("sizes that do not multiply", () => {
    const message = traceComplaint(() => split(input("x", [axis("model", 7)], "f32"), "model", [time, head]));
    expect(message).toMatchInlineSnapshot(`
      "shape error: split: axis "model" of 7 cannot become [time 3, head 2], which is 6
        got:      [model 7] f32
        at:       test/dsl/shape.cpu.test.ts LINE
        | const message = traceComplaint(() => split(input("x", [axis("model", 7)], "f32"), "model", [time, head]));
        |                                      ^"
    `);
  });

  it("nothing to merge, and an axis merged with itself", () => {
    const nothing = traceComplaint(() => merge(input("x", [time], "f32"), [], "all"));
    expect(nothing).toMatchInlineSnapshot(`
      "shape error: merge: no axes given
        got:      [time 3] f32
        at:       test/dsl/shape.cpu.test.ts LINE
        | const nothing = traceComplaint(() => merge(input("x", [time], "f32"), [], "all"));
        |                                      ^"
    `);
    const itself = traceComplaint(() => merge(input("x", [time], "f32"), ["time", "time"], "all"));
    expect(itself).toMatchInlineSnapshot(`
      "shape error: merge: axis "time" is given twice
        got:      [time 3] f32
        at:       test/dsl/shape.cpu.test.ts LINE
        | const itself = traceComplaint(() => merge(input("x", [time], "f32"), ["time", "time"], "all"));
        |                                     ^"
    `);
  });

  it("a new axis that is called like one that stays", () => {
    const message = traceComplaint(() =>
      split(input("x", [time, axis("model", 6)], "f32"), "model", [time, head]),
    );
    expect(message).toMatchInlineSnapshot(`
      "shape error: two axes are called "time"
        got:      [time 3, time 3, head 2] f32
        at:       test/dsl/shape.cpu.test.ts LINE
        | split(input("x", [time, axis("model", 6)], "f32"), "model", [time, head]),
        | ^
        hint:     axes are told apart by their names: rename one, x.rename({ time: "..." })"
    `);
  });
});

describe("transpose", () => {
  it("stores the axes in another order", async () => {
    const p = program({ name: "p" }, () => ({
      y: transpose(input("x", [batch, time], "i32"), ["time", "batch"]),
    }));
    expect(axesOf(p.results[0]!)).toEqual([time, batch]);
    expect(await cpu.run(p, { x: six })).toEqual({ y: [1, 4, 2, 5, 3, 6] });
  });

  it("an axis left out", () => {
    const message = traceComplaint(() => transpose(input("x", [batch, time], "f32"), ["time"]));
    expect(message).toMatchInlineSnapshot(`
      "shape error: transpose: x has other axes than it must
        expected: [time]
        got:      [batch 2, time 3] f32
        at:       test/dsl/shape.cpu.test.ts LINE
        | const message = traceComplaint(() => transpose(input("x", [batch, time], "f32"), ["time"]));
        |                                      ^"
    `);
  });
});

describe("slice and at", () => {
  it("take a part of one axis; negative numbers count from its end", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [axis("n", 6)], "i32");
      return {
        first: slice(x, "n", { stop: 2 }),
        last: slice(x, "n", { start: -2 }),
        middle: slice(x, "n", { start: 1, stop: -1 }),
        third: slice(x, "n", { start: 1, step: 3 }),
        none: slice(x, "n", { start: 3, stop: 3 }),
      };
    });
    expect(p.results.map(({ dimensions }) => dimensions[0])).toEqual([2, 2, 4, 2, 0]);
    expect(await cpu.run(p, { x: six })).toEqual({
      first: [1, 2],
      last: [5, 6],
      middle: [2, 3, 4, 5],
      third: [2, 5],
      none: [],
    });
  });

  it("at takes one element, whose axis is gone", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [batch, time], "i32");
      return { first: at(x, "time", 0), last: at(x, "time", -1), row: at(x, "batch", 1) };
    });
    expect(p.results.map(axesOf)).toEqual([[batch], [batch], [time]]);
    expect(await cpu.run(p, { x: six })).toEqual({ first: [1, 4], last: [3, 6], row: [4, 5, 6] });
  });

  it.each([
    [{ stop: 4 }, "0:4:1"],
    [{ start: -4 }, "-1:3:1"],
    [{ start: 2, stop: 1 }, "2:1:1"],
    [{ step: 0 }, "0:3:0"],
    [{ start: 0.5 }, "0.5:3:1"],
    [{ stop: Number.NaN }, "0:NaN:1"],
  ])("%j does not lie in an axis of 3", (bounds, shown) => {
    const message = traceComplaint(() => slice(input("x", [time], "f32"), "time", bounds));
    expect(message.split("\n")[0]).toBe(`shape error: slice: ${shown} does not lie in axis "time" of 3`);
  });

  it.each([3, -4, 0.5])("there is no element %d", (index) => {
    const message = traceComplaint(() => at(input("x", [time], "f32"), "time", index));
    expect(message.replace(`${index}`, "INDEX")).toMatchInlineSnapshot(`
      "shape error: at: there is no element INDEX in axis "time" of 3
        got:      [time 3] f32
        at:       test/dsl/shape.cpu.test.ts LINE
        | const message = traceComplaint(() => at(input("x", [time], "f32"), "time", index));
        |                                      ^"
    `);
  });
});

describe("concat", () => {
  it("joins along one axis, whatever the order of the others", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [batch, time], "i32");
      const z = input("z", [axis("time", 1), batch], "i32");
      return { y: concat([x, z, x], "time") };
    });
    expect(axesOf(p.results[0]!)).toEqual([batch, axis("time", 7)]);
    expect(await cpu.run(p, { x: six, z: [7, 8] })).toEqual({
      y: [1, 2, 3, 7, 1, 2, 3, 4, 5, 6, 8, 4, 5, 6],
    });
  });

  it("no tensors", () => {
    const message = traceComplaint(() => concat([], "time"));
    expect(message).toMatchInlineSnapshot(`
      "shape error: concat: no tensors given
        at:       test/dsl/shape.cpu.test.ts LINE
        | const message = traceComplaint(() => concat([], "time"));
        |                                      ^"
    `);
  });

  it("another axis of another size", () => {
    const message = traceComplaint(() => {
      const x = input("x", [batch, time], "f32");
      const y = input("y", [axis("batch", 3), time], "f32");
      return concat([x, y], "time");
    });
    expect(message).toMatchInlineSnapshot(`
      "shape error: concat: axis "batch" is 2 in one part and 3 in another
        at:       test/dsl/shape.cpu.test.ts LINE
        | return concat([x, y], "time");
        |        ^
        part 0: [batch 2, time 3] f32
        part 1: [batch 3, time 3] f32"
    `);
  });

  it("other axes, other element types", () => {
    const axes = traceComplaint(() =>
      concat([loose(input("x", [batch, time], "f32")), loose(input("y", [time], "f32"))], "time"),
    );
    expect(axes).toMatchInlineSnapshot(`
      "shape error: concat: part 1 has other axes than it must
        expected: [batch, time]
        got:      [time 3] f32
        at:       test/dsl/shape.cpu.test.ts LINE
        | concat([loose(input("x", [batch, time], "f32")), loose(input("y", [time], "f32"))], "time"),
        | ^"
    `);
    const dtypes = traceComplaint(() =>
      concat([loose(input("x", [time], "f32")), loose(input("y", [time], "f16"))], "time"),
    );
    expect(dtypes).toMatchInlineSnapshot(`
      "shape error: concat: operands have different element types
        at:       test/dsl/shape.cpu.test.ts LINE
        | concat([loose(input("x", [time], "f32")), loose(input("y", [time], "f16"))], "time"),
        | ^
        part 0: [time 3] f32
        part 1: [time 3] f16
        hint:     convert one: x.to("f32")"
    `);
  });
});

describe("take", () => {
  it("reads rows of a table by index, along any axis", async () => {
    const p = program({ name: "p" }, () => {
      const table = input("table", [axis("vocab", 3), head], "f32");
      const tokens = input("tokens", [batch, time], "i32");
      return { rows: take(table, "vocab", tokens), columns: take(table, "head", input("i", [], "i32")) };
    });
    expect(p.results.map(axesOf)).toEqual([[batch, time, head], [axis("vocab", 3)]]);
    expect(await cpu.run(p, { table: [10, 11, 20, 21, 30, 31], tokens: [0, 2, 1, 1, 0, 2], i: [1] })).toEqual(
      {
        rows: [10, 11, 30, 31, 20, 21, 20, 21, 10, 11, 30, 31],
        columns: [11, 21, 31],
      },
    );
  });

  it("an axis that the table and the indices both have pairs up", async () => {
    const p = program({ name: "take" }, () => ({
      rows: take(input("table", [axis("vocab", 2), time], "f32"), "vocab", input("i", [time], "i32")),
    }));
    expect(await cpu.run(p, { table: [1, 2, 3, 10, 20, 30], i: [1, 0, 1] })).toEqual({ rows: [10, 2, 30] });
  });
});
