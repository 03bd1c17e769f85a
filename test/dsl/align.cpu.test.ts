import { describe, expect, it } from "vitest";
import { axis, fill, input, program, type Tensor, transpose } from "../../src/dsl/index.js";
import type { TensorData } from "../../src/dsl/trace.js";
import { useCpu } from "./cpu.js";
import { complaint, traceComplaint, traced } from "./trace.js";
import { axesOf, interfaceTensor } from "./interface.js";

const cpu = useCpu();
const batch = axis("batch", 2);
const time = axis("time", 3);
const loose = (tensor: unknown) => tensor as Tensor<string, "f32">;

describe("axes match by name", () => {
  it("an operand that lacks an axis is repeated along it", () => {
    const body = () => ({ y: input("x", [batch, time], "f32").add(input("b", [time], "f32")) });
    expect(traced(body)).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<2x3xf32> {griffin.axes = ["batch", "time"], griffin.input = "x"}, %arg1: tensor<3xf32> {griffin.axes = ["time"], griffin.input = "b"}) -> (tensor<2x3xf32> {griffin.axes = ["batch", "time"], griffin.output = "y", jax.result_info = "y"}) {
          %0 = stablehlo.broadcast_in_dim %arg1, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
          %1 = stablehlo.add %arg0, %0 : tensor<2x3xf32>
          return %1 : tensor<2x3xf32>
        }
      }"
    `);
  });

  it("an operand whose axes stand in another order is transposed", () => {
    const body = () => ({ y: input("x", [batch, time], "f32").mul(input("z", [time, batch], "f32")) });
    expect(traced(body)).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<2x3xf32> {griffin.axes = ["batch", "time"], griffin.input = "x"}, %arg1: tensor<3x2xf32> {griffin.axes = ["time", "batch"], griffin.input = "z"}) -> (tensor<2x3xf32> {griffin.axes = ["batch", "time"], griffin.output = "y", jax.result_info = "y"}) {
          %0 = stablehlo.transpose %arg1, dims = [1, 0] : (tensor<3x2xf32>) -> tensor<2x3xf32>
          %1 = stablehlo.multiply %arg0, %0 : tensor<2x3xf32>
          return %1 : tensor<2x3xf32>
        }
      }"
    `);
  });

  it("the result has the order of the operand that has all axes", () => {
    const shape = (body: () => TensorData) =>
      program({ name: "p" }, () => ({ y: body() })).results.map(axesOf)[0];
    expect(shape(() => input("b", [time], "f32").add(input("x", [batch, time], "f32")))).toEqual([
      batch,
      time,
    ]);
    expect(shape(() => input("x", [batch, time], "f32").add(input("z", [time, batch], "f32")))).toEqual([
      batch,
      time,
    ]);
  });

  it("gives the numbers that broadcasting by hand gives", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [batch, time], "f32");
      const z = input("z", [time, batch], "f32");
      const row = input("row", [time], "f32");
      const column = input("column", [batch], "f32");
      return { a: x.sub(z), b: row.sub(x), c: x.mul(column), d: x.sub(row).add(column) };
    });
    const results = await cpu.run(p, {
      x: [1, 2, 3, 4, 5, 6],
      z: [10, 40, 20, 50, 30, 60],
      row: [100, 200, 300],
      column: [7, 8],
    });
    expect(results).toEqual({
      a: [-9, -18, -27, -36, -45, -54],
      b: [99, 198, 297, 96, 195, 294],
      c: [7, 14, 21, 32, 40, 48],
      d: [-92, -191, -290, -88, -187, -286],
    });
  });

  it("a scalar goes with everything", async () => {
    const p = program({ name: "p" }, () => ({ y: input("s", [], "i32").mul(input("x", [time], "i32")) }));
    expect(await cpu.run(p, { s: [3], x: [1, 2, 3] })).toEqual({ y: [3, 6, 9] });
  });
});

describe("errors", () => {
  it("one name, two sizes: both operands, the axis, the author's line", () => {
    const message = traceComplaint(() => {
      const x = input("x", [batch, time], "f32");
      const y = input("y", [axis("time", 4)], "f32");
      return { y: x.add(y) };
    });
    expect(message).toMatchInlineSnapshot(`
      "shape error: add: axis "time" is 3 in lhs and 4 in rhs
        at:       test/dsl/align.cpu.test.ts LINE
        | return { y: x.add(y) };
        |               ^
        lhs: [batch 2, time 3] f32
        rhs: [time 4] f32
        hint:     if they mean different things, rename one: x.rename({ time: "..." })"
    `);
  });

  it("different element types", () => {
    const message = traceComplaint(() => {
      const x = input("x", [batch], "f32");
      const y = input("y", [batch], "bf16");
      return { y: x.mul(loose(y)) };
    });
    expect(message).toMatchInlineSnapshot(`
      "shape error: multiply: operands have different element types
        at:       test/dsl/align.cpu.test.ts LINE
        | return { y: x.mul(loose(y)) };
        |               ^
        lhs: [batch 2] f32
        rhs: [batch 2] bf16
        hint:     convert one: x.to("f32")"
    `);
  });

  it("an outer product that was not asked for", () => {
    const message = traceComplaint(() => {
      const x = input("x", [batch], "f32");
      const y = input("y", [time], "f32");
      return { y: x.add(y) };
    });
    expect(message).toMatchInlineSnapshot(`
      "shape error: add: neither operand has all axes of the other ("time" is in one only)
        at:       test/dsl/align.cpu.test.ts LINE
        | return { y: x.add(y) };
        |               ^
        lhs: [batch 2] f32
        rhs: [time 3] f32
        hint:     expand one operand first: x.expand(axis)"
    `);
  });

  it("two axes of one name", () => {
    const message = traceComplaint(() => {
      return { y: input("x", [time, axis("time", 4)], "f32") };
    });
    expect(message).toMatchInlineSnapshot(`
      "shape error: two axes are called "time"
        got:      [time 3, time 4] f32
        at:       test/dsl/align.cpu.test.ts LINE
        | return { y: input("x", [time, axis("time", 4)], "f32") };
        |             ^
        hint:     axes are told apart by their names: rename one, x.rename({ time: "..." })"
    `);
  });

  it("a name made double by rename, expand", () => {
    const renamed = traceComplaint(() => ({ y: input("x", [batch, time], "f32").rename({ batch: "time" }) }));
    expect(renamed).toMatchInlineSnapshot(`
      "shape error: two axes are called "time"
        got:      [time 2, time 3] f32
        at:       test/dsl/align.cpu.test.ts LINE
        | const renamed = traceComplaint(() => ({ y: input("x", [batch, time], "f32").rename({ batch: "time" }) }));
        |                                                                             ^
        hint:     axes are told apart by their names: rename one, x.rename({ time: "..." })"
    `);
    const expanded = traceComplaint(() => ({ y: input("x", [time], "f32").expand(axis("time", 3)) }));
    expect(expanded).toMatchInlineSnapshot(`
      "shape error: two axes are called "time"
        got:      [time 3, time 3] f32
        at:       test/dsl/align.cpu.test.ts LINE
        | const expanded = traceComplaint(() => ({ y: input("x", [time], "f32").expand(axis("time", 3)) }));
        |                                                                       ^
        hint:     axes are told apart by their names: rename one, x.rename({ time: "..." })"
    `);
  });

  it("an axis may be called as what every object has is", () => {
    const body = () => ({
      y: loose(input("x", [axis("constructor", 2), time], "f32")).rename({ time: "toString" }),
    });
    expect(traced(body)).toContain('griffin.axes = ["constructor", "toString"], griffin.output = "y"');
  });

  it("an axis that is not there", () => {
    const message = traceComplaint(() => loose(input("x", [batch], "f32")).size("time"));
    expect(message).toMatchInlineSnapshot(`
      "shape error: size: there is no axis "time"
        got:      [batch 2] f32
        at:       test/dsl/align.cpu.test.ts LINE
        | const message = traceComplaint(() => loose(input("x", [batch], "f32")).size("time"));
        |                                                                        ^
        hint:     its axes are batch"
    `);
    const scalar = traceComplaint(() => loose(fill(1, [], "f32")).rename({ time: "t" }));
    expect(scalar).toMatchInlineSnapshot(`
      "shape error: rename: there is no axis "time"
        got:      [] f32
        at:       test/dsl/align.cpu.test.ts LINE
        | const scalar = traceComplaint(() => loose(fill(1, [], "f32")).rename({ time: "t" }));
        |                                                               ^
        hint:     its axes are none (a scalar)"
    `);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("axes of size %d", (size) => {
    const message = complaint(() => axis("time", size));
    expect(message.replace(`${size}`, "SIZE")).toMatchInlineSnapshot(`
      "shape error: axis "time" has size SIZE
        expected: a whole number, 0 or more
        at:       test/dsl/align.cpu.test.ts LINE
        | const message = complaint(() => axis("time", size));
        |                                 ^"
    `);
  });

  it("a size that came around axis()", () => {
    const message = traceComplaint(() => input("x", [{ name: "time", size: -1 }], "f32"));
    expect(message).toMatchInlineSnapshot(`
      "shape error: axis "time" has size -1
        expected: a whole number, 0 or more
        got:      [time -1] f32
        at:       test/dsl/align.cpu.test.ts LINE
        | const message = traceComplaint(() => input("x", [{ name: "time", size: -1 }], "f32"));
        |                                      ^"
    `);
  });

  it("a transposition that names an axis twice", () => {
    const message = traceComplaint(() => transpose(input("x", [batch, time], "f32"), ["batch", "batch"]));
    expect(message).toMatchInlineSnapshot(`
      "shape error: transpose: x has other axes than it must
        expected: [batch, batch]
        got:      [batch 2, time 3] f32
        at:       test/dsl/align.cpu.test.ts LINE
        | const message = traceComplaint(() => transpose(input("x", [batch, time], "f32"), ["batch", "batch"]));
        |                                      ^"
    `);
  });

  it("no program is being traced", () => {
    const message = complaint(() => input("x", [batch], "f32"));
    expect(message).toMatchInlineSnapshot(`
      "trace error: no program is being traced
        at:       test/dsl/align.cpu.test.ts LINE
        | const message = complaint(() => input("x", [batch], "f32"));
        |                                 ^
        hint:     call DSL functions inside the body of program(...)"
    `);
  });
});

describe("axes without elements", () => {
  it("are axes like others", async () => {
    const none = axis("none", 0);
    const p = program({ name: "p" }, () => ({ y: input("x", [none, time], "f32").add(1) }));
    expect(p.results).toEqual([{ role: "output", name: "y", ...interfaceTensor([none, time], "f32") }]);
    expect(await cpu.run(p, { x: [] })).toEqual({ y: [] });
  });
});
