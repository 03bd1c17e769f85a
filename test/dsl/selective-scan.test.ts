import { describe, expect, it } from "vitest";
import { type Axis, axis, exp, grad, input, program, scan, selectiveScan, sum } from "../../src/dsl/index.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { expectClose } from "../lowering/ops.js";
import { run } from "./interpret.js";
import { traceComplaint, traced } from "./trace.js";

const loose = <T>(value: unknown) => value as T;
const f32 = <A extends string>(name: string, ...axes: readonly Axis<A>[]) => input(name, axes, "f32");

const [rows, seq, lane] = [axis("rows", 2), axis("seq", 5), axis("lane", 3)];
const [n, m] = [axis("n", 2), axis("m", 2)];
const h0 = () => f32("h0", n, rows, lane);
const operands = () => ({
  x: f32("x", lane, rows, seq),
  a: f32("a", lane, n),
  b: f32("b", n, rows, seq),
  c: f32("c", rows, seq, n),
});

describe("selectiveScan", () => {
  it("is one op, which finds the axes of its operands by their names", () => {
    const line = traced(() => {
      const position = input("position", [rows, seq], "i32");
      const delta = f32("delta", seq, lane, rows);
      return {
        ...selectiveScan({
          ...operands(),
          delta,
          segmentPos: position,
          h0: h0(),
          axis: "seq",
          states: ["n"],
        }),
      };
    })
      .split("\n")
      .find((text) => text.includes("nn.selective_scan"))!;
    expect(line.trim()).toMatchInlineSnapshot(
      `"%6:2 = "nn.selective_scan"(%4, %1, %arg3, %2, %arg5, %arg0, %5) <{a_dims = array<i64: 0, 3>, axis = 2 : i64, b_dims = array<i64: 1, 2, 3>, c_dims = array<i64: 1, 2, 3>, delta_dims = array<i64: 0, 1, 2>, segment_dims = array<i64: 1, 2>, states = 1 : i64}> : (tensor<3x2x5xf32>, tensor<3x2x5xf32>, tensor<3x2xf32>, tensor<2x5x2xf32>, tensor<2x5x2xf32>, tensor<2x5xi32>, tensor<3x2x2xf32>) -> (tensor<3x2x5xf32>, tensor<3x2x2xf32>)"`,
    );
  });

  it("gives a state back with its axes in its order, and y with those and the element type of x", () => {
    const p = program({ name: "p" }, () => {
      const x = input("narrow", [lane, rows, seq], "bf16");
      return selectiveScan({ ...operands(), x, h0: h0(), axis: "seq", states: ["n"] });
    });
    expect(p.results.map(({ name, axes, elementType }) => [name, elementType, ...axes])).toEqual([
      ["y", "bf16", "lane", "rows", "seq"],
      ["last", "f32", "n", "rows", "lane"],
    ]);
  });

  it("refuses what does not fit, at the author's line", () => {
    type Args = Parameters<
      typeof selectiveScan<"lane" | "rows" | "seq", "seq", "n", never, "lane", "n", "n", "f32">
    >[0];
    const refused = (change: () => object): string =>
      traceComplaint(() => {
        const given = { ...operands(), h0: h0(), axis: "seq", states: ["n"], ...change() };
        return selectiveScan(loose<Args>(given));
      });
    expect(refused(() => ({ states: [] }))).toMatchInlineSnapshot(`
      "shape error: selectiveScan: no axis is summed over
        expected: one state axis of h0, or more
        got:      []
        at:       test/dsl/selective-scan.test.ts LINE
        | return selectiveScan(loose<Args>(given));
        |        ^
        hint:     a recurrence without states is linearScan"
    `);
    expect(refused(() => ({ states: ["rows"] }))).toMatchInlineSnapshot(`
      "shape error: selectiveScan: x has the state axis "rows"
        expected: only axes that are no states: b spreads x over those
        got:      [lane 3, rows 2, seq 5] f32
        at:       test/dsl/selective-scan.test.ts LINE
        | return selectiveScan(loose<Args>(given));
        |        ^"
    `);
    expect(refused(() => ({ states: ["m"] }))).toMatchInlineSnapshot(`
      "shape error: selectiveScan: there is no axis "m"
        got:      [n 2, rows 2, lane 3] f32
        at:       test/dsl/selective-scan.test.ts LINE
        | return selectiveScan(loose<Args>(given));
        |        ^
        hint:     its axes are n, rows, lane"
    `);
    expect(refused(() => ({ h0: f32("h1", n, rows, lane, m) }))).toMatchInlineSnapshot(`
      "shape error: selectiveScan: h0 has other axes than it must
        expected: [lane, rows, n]
        got:      [n 2, rows 2, lane 3, m 2] f32
        at:       test/dsl/selective-scan.test.ts LINE
        | return selectiveScan(loose<Args>(given));
        |        ^"
    `);
    expect(refused(() => ({ b: f32("b1", n, m) }))).toMatchInlineSnapshot(`
      "shape error: selectiveScan: b has an axis "m" that it must not have
        expected: some of [lane, rows, seq, n]
        got:      [n 2, m 2] f32
        at:       test/dsl/selective-scan.test.ts LINE
        | return selectiveScan(loose<Args>(given));
        |        ^"
    `);
    expect(refused(() => ({ delta: f32("delta", lane, n) }))).toMatchInlineSnapshot(`
      "shape error: selectiveScan: delta has an axis "n" that it must not have
        expected: some of [lane, rows, seq]
        got:      [lane 3, n 2] f32
        at:       test/dsl/selective-scan.test.ts LINE
        | return selectiveScan(loose<Args>(given));
        |        ^"
    `);
    expect(refused(() => ({ c: f32("c1", rows, axis("seq", 4), n) }))).toMatchInlineSnapshot(`
      "shape error: selectiveScan: axis "seq" is 5 in x and 4 in c
        at:       test/dsl/selective-scan.test.ts LINE
        | return selectiveScan(loose<Args>(given));
        |        ^
        x: [lane 3, rows 2, seq 5] f32
        a: [lane 3, n 2] f32
        b: [n 2, rows 2, seq 5] f32
        c: [rows 2, seq 4, n 2] f32
        h0: [n 2, rows 2, lane 3] f32
        hint:     if they mean different things, rename one: x.rename({ seq: "..." })"
    `);
  });
});

/** Sizes and numbers of the operands of Mamba's recurrence, with any names. */
const sizes = {
  x: [lane, rows, seq],
  delta: [rows, seq, lane],
  a: [lane, n, m],
  b: [rows, seq, n, m],
  c: [rows, seq, m],
} as const;

describe("a recurrence written naively with scan", () => {
  const count = (axes: readonly Axis[]): number => axes.reduce((product, { size }) => product * size, 1);
  const numbers = {
    ...Object.fromEntries(
      Object.entries(sizes).map(([name, axes], i) => [
        name,
        randomNumbers(i, count(axes), name === "delta" ? 0 : -1),
      ]),
    ),
    h0: randomNumbers(9, count([m, n, rows, lane])),
  };
  const inputs = () => ({
    x: f32("x", ...sizes.x),
    delta: f32("delta", ...sizes.delta),
    a: f32("a", ...sizes.a),
    b: f32("b", ...sizes.b),
    c: f32("c", ...sizes.c),
    h0: f32("h0", m, n, rows, lane),
  });
  type Inputs = ReturnType<typeof inputs>;
  const naive = ({ x, delta, a, b, c, h0: start }: Inputs, reverse: boolean) => {
    const { carry, outputs } = scan(
      "seq",
      { h: start },
      { x, delta, b, c },
      ({ h }, at) => {
        const decay = exp(at.delta.expand(n).expand(m).mul(a));
        const next = decay.mul(h).add(at.delta.mul(at.x).expand(n).expand(m).mul(at.b));
        return { carry: { h: next as typeof start }, output: { y: sum(next.mul(at.c), ["n", "m"]) } };
      },
      { reverse },
    );
    return { y: outputs.y, last: carry.h };
  };
  const ours = (given: Inputs, reverse: boolean) =>
    selectiveScan({ ...given, axis: "seq", states: ["n", "m"], reverse });

  it.each([false, true])("has the same numbers and gradients, reverse %s, with two state axes", (reverse) => {
    const build = (form: typeof ours | typeof naive) =>
      program({ name: "p" }, () => {
        const given = inputs();
        const { y, last } = form(given, reverse) as ReturnType<typeof ours>;
        const gradients = grad((all: Inputs) => {
          const made = form(all, reverse) as ReturnType<typeof ours>;
          return sum(made.y.mul(made.y), ["rows", "seq", "lane"]).add(
            sum(made.last, ["rows", "lane", "n", "m"]),
          );
        })(given);
        return { y, last, ...Object.fromEntries(Object.entries(gradients).map(([k, v]) => [`d${k}`, v])) };
      });
    const expected = run(build(naive), numbers);
    const actual = run(build(ours), numbers);
    for (const name of ["last", "dx", "ddelta", "da", "db", "dc", "dh0"])
      expectClose(actual[name]!, expected[name]!, name, "f32", 1e-4);
  });
});
