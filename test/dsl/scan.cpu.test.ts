import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axis, fill, input, program, range, scan, sum, type Tensor } from "../../src/dsl/index.js";
import { useCpu } from "./cpu.js";
import { traceComplaint, traced } from "./trace.js";
import { axesOf } from "./interface.js";

const cpu = useCpu();
const [batch, time] = [axis("batch", 2), axis("time", 3)];
const loose = <T>(value: unknown) => value as T;

describe("scan", () => {
  it("is one loop, which writes the outputs in place", () => {
    const text = traced(() => {
      const x = input("x", [time], "f32");
      return scan("time", { h: fill(0, [], "f32") }, { x }, ({ h }, { x }) => ({
        carry: { h: h.add(x) },
        output: { y: h },
      })).outputs;
    });
    expect(text).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<3xf32> {griffin.axes = ["time"], griffin.input = "x"}) -> (tensor<3xf32> {griffin.axes = ["time"], griffin.output = "y", jax.result_info = "y"}) {
          %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
          %cst_0 = stablehlo.constant dense<0.000000e+00> : tensor<3xf32>
          %c = stablehlo.constant dense<0> : tensor<i32>
          %0:3 = stablehlo.while(%iterArg = %c, %iterArg_1 = %cst, %iterArg_2 = %cst_0) : tensor<i32>, tensor<f32>, tensor<3xf32>
          cond {
            %c_3 = stablehlo.constant dense<3> : tensor<i32>
            %1 = stablehlo.compare LT, %iterArg, %c_3 : (tensor<i32>, tensor<i32>) -> tensor<i1>
            stablehlo.return %1 : tensor<i1>
          } do {
            %c_3 = stablehlo.constant dense<0> : tensor<i32>
            %1 = stablehlo.dynamic_slice %arg0, %iterArg, sizes = [1] : (tensor<3xf32>, tensor<i32>) -> tensor<1xf32>
            %2 = stablehlo.reshape %1 : (tensor<1xf32>) -> tensor<f32>
            %3 = stablehlo.add %iterArg_1, %2 : tensor<f32>
            %c_4 = stablehlo.constant dense<0> : tensor<i32>
            %4 = stablehlo.reshape %iterArg_1 : (tensor<f32>) -> tensor<1xf32>
            %5 = stablehlo.dynamic_update_slice %iterArg_2, %4, %iterArg : (tensor<3xf32>, tensor<1xf32>, tensor<i32>) -> tensor<3xf32>
            %c_5 = stablehlo.constant dense<1> : tensor<i32>
            %6 = stablehlo.add %iterArg, %c_5 : tensor<i32>
            stablehlo.return %6, %3, %5 : tensor<i32>, tensor<f32>, tensor<3xf32>
          }
          return %0#2 : tensor<3xf32>
        }
      }"
    `);
  });

  it("has no outputs where its step says none: the last carry is all", () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [batch, time], "f32");
      const { carry, outputs } = scan("time", { h: fill(0, [batch], "f32") }, { x }, ({ h }, { x }) => ({
        carry: { h: h.add(x) },
      }));
      expect(outputs).toEqual({});
      return carry;
    });
    expect(p.results.map((result) => [result.name, axesOf(result)])).toEqual([["h", [batch]]]);
  });

  it("stacks outputs along the axis, which comes first", () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [batch, time], "f32");
      return scan("time", {}, { x }, (_, { x }) => ({ carry: {}, output: { y: x, s: sum(x, "batch") } }))
        .outputs;
    });
    expect(p.results.map((result) => [result.name, axesOf(result)])).toEqual([
      ["y", [time, batch]],
      ["s", [time]],
    ]);
  });

  it("equals a plain loop, forward and in reverse, for any size", async () => {
    const sizes = fc.record({
      time: fc.integer({ min: 1, max: 7 }),
      batch: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(99),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ time, batch, seed }) => {
        const x = Array.from({ length: time * batch }, (_, i) => ((i * 37 + seed) % 11) - 5);
        const p = program({ name: "p" }, () => {
          const b = axis("batch", batch);
          const tensor = input("x", [b, axis("time", time)], "i32");
          const run = (reverse: boolean) =>
            scan(
              "time",
              { h: fill(1, [b], "i32"), n: fill(0, [], "i32") },
              { x: tensor, t: range(axis("time", time)) },
              ({ h, n }, { x, t }) => ({
                carry: { h: h.mul(2).add(x), n: n.add(1) },
                output: { h: h.add(x), at: t },
              }),
              { reverse },
            );
          const [forward, backward] = [run(false), run(true)];
          return {
            h: forward.outputs.h,
            at: forward.outputs.at,
            last: forward.carry.h,
            n: forward.carry.n,
            reverseH: backward.outputs.h,
            reverseLast: backward.carry.h,
          };
        });
        const plain = (steps: readonly number[]) => {
          const h = Array<number>(batch).fill(1);
          const outputs = Array.from({ length: time }, () => Array<number>(batch).fill(0));
          for (const t of steps) {
            for (let b = 0; b < batch; b++) {
              outputs[t]![b] = h[b]! + x[b * time + t]!;
              h[b] = h[b]! * 2 + x[b * time + t]!;
            }
          }
          return { outputs: outputs.flat(), last: h };
        };
        const steps = Array.from({ length: time }, (_, t) => t);
        const [forward, backward] = [plain(steps), plain(steps.toReversed())];
        expect(await cpu.run(p, { x })).toEqual({
          h: forward.outputs,
          at: steps,
          last: forward.last,
          n: [time],
          reverseH: backward.outputs,
          reverseLast: backward.last,
        });
      }),
      { numRuns: 6, examples: [[{ time: 1, batch: 1, seed: 3 }]] },
    );
  });
});

describe("errors", () => {
  const step = <T>(_: T, { x }: { readonly x: Tensor<never, "f32"> }) => ({ carry: {}, output: { x } });

  it("no inputs", () => {
    const message = traceComplaint(() => scan("time", {}, {}, () => ({ carry: {}, output: {} })).outputs);
    expect(message).toMatchInlineSnapshot(`
      "trace error: scan: no inputs to go along
        at:       test/dsl/scan.cpu.test.ts LINE
        | const message = traceComplaint(() => scan("time", {}, {}, () => ({ carry: {}, output: {} })).outputs);
        |                                      ^
        hint:     use whileLoop to repeat without inputs"
    `);
  });

  it("inputs of different sizes, an input without the axis", () => {
    const sizes = traceComplaint(() => {
      const inputs = { x: input("x", [time], "f32"), y: input("y", [axis("time", 4)], "f32") };
      return scan("time", {}, loose<{ x: Tensor<"time", "f32"> }>(inputs), step).outputs;
    });
    expect(sizes).toMatchInlineSnapshot(`
      "shape error: scan: axis "time" is 3 in one input and 4 in another
        at:       test/dsl/scan.cpu.test.ts LINE
        | return scan("time", {}, loose<{ x: Tensor<"time", "f32"> }>(inputs), step).outputs;
        |        ^
        input 0: [time 3] f32
        input 1: [time 4] f32"
    `);
    const lacking = traceComplaint(
      () =>
        scan("time", {}, loose<{ x: Tensor<"time", "f32"> }>({ x: input("x", [batch], "f32") }), step)
          .outputs,
    );
    expect(lacking).toMatchInlineSnapshot(`
      "shape error: scan: there is no axis "time"
        got:      [batch 2] f32
        at:       test/dsl/scan.cpu.test.ts LINE
        | scan("time", {}, loose<{ x: Tensor<"time", "f32"> }>({ x: input("x", [batch], "f32") }), step)
        | ^
        hint:     its axes are batch"
    `);
  });

  it("no elements", () => {
    const message = traceComplaint(
      () => scan("time", {}, { x: input("x", [axis("time", 0)], "f32") }, step).outputs,
    );
    expect(message).toMatchInlineSnapshot(`
      "shape error: scan: axis "time" has no elements
        got:      [time 0] f32
        at:       test/dsl/scan.cpu.test.ts LINE
        | () => scan("time", {}, { x: input("x", [axis("time", 0)], "f32") }, step).outputs,
        |       ^"
    `);
  });

  it("a carry that changes", () => {
    const message = traceComplaint(() =>
      scan("time", { h: fill(0, [], "f32") }, { x: input("x", [time, batch], "f32") }, ({ h }, { x }) => ({
        carry: { h: loose<typeof h>(h.add(x)) },
        output: {},
      })),
    );
    expect(message).toMatchInlineSnapshot(`
      "shape error: scan: the step's carry returns another "h"
        expected: [] f32
        got:      [batch 2] f32
        at:       test/dsl/scan.cpu.test.ts LINE
        | scan("time", { h: fill(0, [], "f32") }, { x: input("x", [time, batch], "f32") }, ({ h }, { x }) => ({
        | ^"
    `);
  });

  it("an output that is no tensor", () => {
    const message = traceComplaint(() =>
      scan("time", {}, { x: input("x", [time], "f32") }, () => ({ carry: {}, output: { y: 1 } })),
    );
    expect(message).toMatchInlineSnapshot(`
      "trace error: scan: the step's output: "y" is no tensor
        got:      1
        at:       test/dsl/scan.cpu.test.ts LINE
        | scan("time", {}, { x: input("x", [time], "f32") }, () => ({ carry: {}, output: { y: 1 } })),
        | ^"
    `);
  });
});
