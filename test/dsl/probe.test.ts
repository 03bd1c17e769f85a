/** @file Probes inside of loops, branches and functions: what the program gives of them, and where they are refused. */
import { expect, test } from "vitest";
import {
  axis,
  cond,
  fill,
  fn,
  grad,
  input,
  neg,
  probe,
  program,
  range,
  scan,
  scope,
  sqrt,
  sum,
  switchCase,
  tanh,
  type Tensor,
  type TracedProgram,
  whileLoop,
} from "../../src/dsl/index.js";
import { run } from "./interpret.js";
import { complaint } from "./trace.js";

const time = axis("time", 3);
const n = axis("n", 2);

const probed = (body: () => ReturnType<Parameters<typeof program>[1]>): TracedProgram =>
  program({ name: "probed", probes: () => true }, body);

/** What a program's results are: role, name, axes. */
const resultsOf = ({ results }: TracedProgram): readonly string[] =>
  results.map(({ role, name, axes, elementType }) => `${role} ${name} [${axes.join()}] ${elementType}`);

const counted = ({ reverse = false } = {}) =>
  probed(() => {
    const { carry, outputs } = scan(
      "time",
      { total: fill(0, [n], "f32") },
      { x: input("x", [time, n], "f32") },
      ({ total }, { x }) => {
        const next = scope("step", () => probe("total", total.add(x)));
        return { carry: { total: next }, output: { twice: next.mul(2) } };
      },
      { reverse },
    );
    return { last: carry.total, twice: outputs.twice };
  });

test("in the step of a scan: every element's, along the axis", () => {
  const p = counted();
  expect(resultsOf(p)).toEqual([
    "output last [n] f32",
    "output twice [time,n] f32",
    "probe step.total [time,n] f32",
  ]);
  expect(run(p, { x: [1, 2, 10, 20, 100, 200] })).toEqual({
    last: [111, 222],
    twice: [2, 4, 22, 44, 222, 444],
    "step.total": [1, 2, 11, 22, 111, 222],
  });
});

test("in a scan from the end each element's stands at its place, too", () => {
  expect(run(counted({ reverse: true }), { x: [1, 2, 10, 20, 100, 200] })["step.total"]).toEqual([
    111, 222, 110, 220, 100, 200,
  ]);
});

test("in a scan of integers, and in a scan inside of a scan: the outer axis comes first", () => {
  const p = probed(() => {
    const x = input("x", [time, n], "i32");
    const { carry } = scan("time", { total: fill(0, [], "i32") }, { x }, ({ total }, { x: row }) => {
      const inner = scan("n", { total }, { row }, (before, now) => ({
        carry: { total: probe("running", before.total.add(now.row)) },
        output: {},
      }));
      return { carry: inner.carry, output: {} };
    });
    return { y: carry.total };
  });
  expect(resultsOf(p)).toEqual(["output y [] i32", "probe running [time,n] i32"]);
  expect(run(p, { x: [1, 2, 3, 4, 5, 6] })).toEqual({ y: [21], running: [1, 3, 6, 10, 15, 21] });
});

const doubled = probed(() => {
  const { x } = whileLoop(
    { x: input("x", [], "f32") },
    (carried) => carried.x.lt(10),
    (carried) => ({ x: probe("next", carried.x.mul(2)) }),
  );
  return { y: x };
});

test("in the body of a while loop: the last turn's, and NaN where there is none", () => {
  expect(run(doubled, { x: [3] })).toEqual({ y: [12], next: [12] });
  expect(run(doubled, { x: [11] })).toEqual({ y: [11], next: [Number.NaN] });
});

const rooted = probed(() => {
  const x = input("x", [], "f32");
  return cond(
    x.gt(0),
    () => ({ y: probe("both", probe("root", sqrt(x)).add(1)) }),
    () => ({ y: probe("both", neg(x)) }),
  );
});

test("in branches: the value of the one that is taken; NaN of those in others alone", () => {
  expect(resultsOf(rooted)).toEqual(["output y [] f32", "probe root [] f32", "probe both [] f32"]);
  expect(run(rooted, { x: [4] })).toEqual({ y: [3], root: [2], both: [3] });
  expect(run(rooted, { x: [-4] })).toEqual({ y: [4], root: [Number.NaN], both: [4] });
});

test("in cases by number, in a loop: each turn's", () => {
  const p = probed(() => {
    const which = range(time, "i32");
    const { outputs } = scan("time", {}, { which }, (_, step) => ({
      carry: {},
      output: switchCase(
        step.which,
        [10, 20].map((value) => () => ({ y: probe(`case.${value}`, fill(value, [], "f32")) })),
      ),
    }));
    return outputs;
  });
  expect(run(p, {})).toEqual({
    y: [10, 20, 20],
    "case.10": [10, Number.NaN, Number.NaN],
    "case.20": [Number.NaN, 20, 20],
  });
});

test("in a loop that gradients are taken of: the gradients are the same", () => {
  const slopes = (probes: boolean) =>
    program({ name: "slopes", probes: () => probes }, () => {
      const loss = ({ x }: { readonly x: Tensor<"time", "f32"> }) => {
        const { carry } = scan("time", { y: fill(1, [], "f32") }, { x }, ({ y }, step) => ({
          carry: { y: tanh(probe("square", y.mul(step.x))) },
          output: {},
        }));
        return carry.y;
      };
      return grad(loss)({ x: input("x", [time], "f32") });
    });
  const [plain, withProbes] = [false, true].map((probes) => run(slopes(probes), { x: [0.5, -1, 2] }));
  expect(withProbes!.x).toEqual(plain!.x);
  expect(plain!.x).toHaveLength(3);
  expect(withProbes!.square![0]).toBe(0.5);
});

test("that nobody asks for are nothing, in loops as elsewhere", () => {
  const loop = (wants: boolean) =>
    program({ name: "p", probes: () => wants }, () => ({
      y: whileLoop(
        { x: input("x", [n], "i32") },
        ({ x }) => sum(x, "n").lt(10),
        ({ x }) => ({ x: probe("x", x.add(1)) }),
      ).x,
    }));
  expect(resultsOf(loop(false))).toEqual(["output y [n] i32"]);
  expect(complaint(() => loop(true))).toMatchInlineSnapshot(`
    "trace error: probe "x" of i32 in a body that may not run
      at:       test/dsl/probe.test.ts LINE
      | y: whileLoop(
      |    ^
      hint:     it is NaN when the body does not run, which only floats can be: probe x.to("f32"), or print x"
  `);
});

test("a name that two branches give to different tensors", () => {
  const message = complaint(() =>
    probed(() =>
      cond(
        input("p", [], "i1"),
        () => ({ y: sum(probe("x", fill(1, [n], "f32")), "n") }),
        () => ({ y: probe("x", fill(2, [], "f32")) }),
      ),
    ),
  );
  expect(message).toMatchInlineSnapshot(`
    "shape error: probe "x" is another tensor in another branch
      expected: [n 2] f32
      got:      [] f32
      at:       test/dsl/probe.test.ts LINE
      | cond(
      | ^"
  `);
});

test("in a function or a condition: nothing hands it out", () => {
  const twice = fn("twice", ({ x }: { readonly x: Tensor<"n", "f32"> }) => ({ y: probe("y", x.mul(2)) }));
  expect(complaint(() => probed(() => twice({ x: input("x", [n], "f32") })))).toMatchInlineSnapshot(`
    "trace error: probe "y" inside a function, a condition or the body of an op
      at:       test/dsl/probe.test.ts LINE
      | const twice = fn("twice", ({ x }: { readonly x: Tensor<"n", "f32"> }) => ({ y: probe("y", x.mul(2)) }));
      |                                                                                ^
      hint:     return the tensor, and probe it outside, or print it"
  `);
  const message = complaint(() =>
    probed(() =>
      whileLoop(
        { x: input("x", [], "f32") },
        ({ x }) => probe("more", x.lt(1)),
        ({ x }) => ({ x: x.add(1) }),
      ),
    ),
  );
  expect(message).toMatchInlineSnapshot(`
    "trace error: probe "more" inside a function, a condition or the body of an op
      at:       test/dsl/probe.test.ts LINE
      | ({ x }) => probe("more", x.lt(1)),
      |            ^
      hint:     return the tensor, and probe it outside, or print it"
  `);
});
