import { describe, expect, test } from "vitest";
import {
  axis,
  cond,
  customVjp,
  dot,
  exp,
  fill,
  fn,
  grad,
  gradientsOfParameters,
  jvp,
  input,
  linearize,
  mean,
  parameter,
  program,
  scan,
  scope,
  sin,
  stopGradient,
  sum,
  take,
  type Tensor,
  type TracedProgram,
  valueAndGrad,
  vjp,
  whileLoop,
} from "../../src/dsl/index.js";
import { constantOf } from "../../src/ir/analysis/constants.js";
import { sourcePosition } from "../../src/ir/location.js";
import { isOp } from "../../src/ir/ops/index.js";
import { walk } from "../../src/ir/operation.js";
import { parsePipeline, runPipeline } from "../../src/passes/index.js";
import { allPasses } from "../../src/targets/index.js";
import { run } from "./interpret.js";
import { textOf, traceComplaint } from "./trace.js";

const channels = axis("channels", 3);
const time = axis("time", 4);

const traced = (body: Parameters<typeof program>[1]): TracedProgram => program({ name: "test" }, body);

test("a gradient is operations behind the forward ones; what it does not need is not there", () => {
  const made = traced(() => {
    const x = input("x", [channels], "f32");
    const { loss, gradients } = valueAndGrad((args: { x: typeof x }) => ({
      loss: sum(sin(args.x), "channels"),
    }))({
      x,
    });
    return { loss, x: gradients.x };
  });
  runPipeline(made.module, parsePipeline("canonicalize,cse,dce", allPasses));
  expect(textOf(made).split("\n").slice(2, -2)).toEqual([
    "    %0 = stablehlo.sine %arg0 : tensor<3xf32>",
    "    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>",
    "    %1 = stablehlo.reduce(%0 init: %cst) applies stablehlo.add across dimensions = [0] : (tensor<3xf32>, tensor<f32>) -> tensor<f32>",
    "    %cst_0 = stablehlo.constant dense<1.000000e+00> : tensor<f32>",
    "    %2 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<3xf32>",
    "    %3 = stablehlo.cosine %arg0 : tensor<3xf32>",
    "    %4 = stablehlo.multiply %2, %3 : tensor<3xf32>",
    "    return %1, %4 : tensor<f32>, tensor<3xf32>",
  ]);
});

test("each operation of a gradient has the author's line of its forward operation, and the name of its scope", () => {
  const made = traced(() => {
    const x = input("x", [channels], "f32");
    return grad((args: { x: typeof x }) => scope("layer", () => sum(sin(args.x), "channels")))({ x });
  });
  const [forward, backward] = ["stablehlo.sine", "stablehlo.cosine"].map(
    (name) => [...walk(made.module)].find((operation) => operation.name === name)!.location,
  );
  expect(sourcePosition(backward!)).toEqual(sourcePosition(forward!));
  expect([forward, backward].map((location) => location?.kind === "name" && location.name)).toEqual([
    "layer",
    "layer/gradient",
  ]);
});

test("integers and booleans have no gradients, and are passed by", () => {
  const tokens = axis("tokens", 2);
  const made = traced(() => {
    const table = input("table", [time, channels], "f32");
    const ids = input("ids", [tokens], "i32");
    const of = grad((args: { table: typeof table; ids: typeof ids }) =>
      sum(take(args.table, "time", args.ids), ["channels", "tokens"]),
    )({ table, ids });
    expect(Object.keys(of)).toEqual(["table"]);
    return { table: of.table };
  });
  const { table } = run(made, { table: Array<number>(12).fill(1), ids: [2, 2] });
  expect(table).toEqual([0, 0, 0, 0, 0, 0, 2, 2, 2, 0, 0, 0]);
});

test("what a function uses beside its arguments is constant, even its argument by another way", () => {
  const made = traced(() => {
    const x = input("x", [], "f32");
    return grad((args: { x: typeof x }) => args.x.mul(x))({ x });
  });
  expect(run(made, { x: [3] })).toEqual({ x: [3] });
});

test("no gradient goes through what is stopped", () => {
  const made = traced(() => {
    const x = input("x", [], "f32");
    return grad((args: { x: typeof x }) => args.x.mul(stopGradient(args.x)))({ x });
  });
  expect(run(made, { x: [3] })).toEqual({ x: [3] });
});

test("an argument that the loss does not depend on gets zeros", () => {
  const made = traced(() => {
    const x = input("x", [channels], "f32");
    const y = input("y", [channels], "f32");
    return grad((args: { x: typeof x; y: typeof y }) => sum(args.y, "channels"))({ x, y });
  });
  expect(run(made, { x: [1, 2, 3], y: [1, 2, 3] })).toEqual({ x: [0, 0, 0], y: [1, 1, 1] });
});

test("gradients of gradients: the third derivative of x^4", () => {
  const made = traced(() => {
    const x = input("x", [], "f32");
    const fourth = (args: { x: typeof x }) => args.x.mul(args.x).mul(args.x).mul(args.x);
    const first = (args: { x: typeof x }) => grad(fourth)(args).x;
    const second = (args: { x: typeof x }) => grad(first)(args).x;
    return grad(second)({ x });
  });
  expect(run(made, { x: [2] })).toEqual({ x: [48] });
});

test("a scan's gradient goes through its carry, its inputs, its outputs, and what its step takes from around it", () => {
  const made = traced(() => {
    const x = input("x", [time], "f32");
    const w = input("w", [], "f32");
    const h = input("h", [], "f32");
    return grad((args: { x: typeof x; w: typeof w; h: typeof h }) => {
      const { carry, outputs } = scan("time", { h: args.h }, { x: args.x }, (carry, { x }) => {
        const next = carry.h.mul(args.w).add(x);
        return { carry: { h: next }, output: { y: next.mul(next) } };
      });
      return sum(outputs.y, "time").add(carry.h);
    })({ x, w, h });
  });
  // States 1, 1.5, 2.75, 4.375, 6.1875; the cotangent of each is twice the state, w times that of the next, and 1 for the last.
  expect(run(made, { x: [1, 2, 3, 4], w: [0.5], h: [1] })).toEqual({
    h: [0.5 * 9.609375],
    w: [1 * 9.609375 + 1.5 * 13.21875 + 2.75 * 15.4375 + 4.375 * 13.375],
    x: [9.609375, 13.21875, 15.4375, 13.375],
  });
  // The cotangents of what is stacked are read as they are: nothing is cleared row by row.
  const writes = [...walk(made.module)].filter((operation) =>
    isOp(operation, "stablehlo.dynamic_update_slice"),
  );
  expect(writes.length).toBeGreaterThan(2);
  expect(writes.filter(({ operands }) => constantOf(operands[1]!) !== undefined)).toEqual([]);
});

test("a branch's gradient is that of the branch that runs", () => {
  const made = traced(() => {
    const p = input("p", [], "i1");
    const x = input("x", [], "f32");
    return grad(
      (args: { x: typeof x }) =>
        cond(
          p,
          () => ({ y: args.x.mul(args.x) }),
          () => ({ y: args.x.mul(5) }),
        ).y,
    )({ x });
  });
  expect([run(made, { p: [1], x: [3] }), run(made, { p: [0], x: [3] })]).toEqual([{ x: [6] }, { x: [5] }]);
});

test("the gradient of a call is a call: one function for all calls that ask the same", () => {
  const made = traced(() => {
    const x = input("x", [channels], "f32");
    const layer = fn("layer", (args: { x: typeof x }) => ({ y: sin(sum(args.x, "channels")).mul(args.x) }));
    return grad((args: { x: typeof x }) => {
      let y = args.x;
      for (let i = 0; i < 3; i++) y = layer({ x: y }).y;
      return sum(y, "channels");
    })({ x });
  });
  const names = [...walk(made.module)]
    .filter((op) => isOp(op, "func.func"))
    .map((op) => op.attributes.sym_name);
  const callees = [...walk(made.module)]
    .filter((op) => isOp(op, "func.call"))
    .map((op) => op.attributes.callee);
  expect({ names, callees }).toEqual({
    names: ["main", "layer", "layer_forward", "layer_backward"],
    callees: [...Array<string>(3).fill("layer_forward"), ...Array<string>(3).fill("layer_backward")],
  });
});

test("a pullback may be called with several cotangents", () => {
  const made = traced(() => {
    const x = input("x", [channels], "f32");
    const { results, pullback } = vjp((args: { x: typeof x }) => ({ y: exp(args.x), z: args.x.mul(2) }), {
      x,
    });
    const one = fill(1, [channels], "f32");
    return {
      y: results.y,
      first: pullback({ y: one }).x,
      second: pullback({ z: one }).x,
      both: pullback({ y: one, z: one }).x,
    };
  });
  expect(run(made, { x: [0, 0, 0] })).toEqual({
    y: [1, 1, 1],
    first: [1, 1, 1],
    second: [2, 2, 2],
    both: [3, 3, 3],
  });
});

test("gradients of parameters, by their paths, those wanted", () => {
  const made = traced(() => {
    const x = input("x", [channels], "f32");
    const { loss, gradients } = gradientsOfParameters(
      () => {
        const w = scope("layer", () => parameter("w", [channels], "f32"));
        const frozen = parameter("frozen", [channels], "f32");
        return { loss: mean(dot(x, w, "channels").expand(time).mul(sum(frozen, "channels")), "time") };
      },
      (path) => path !== "frozen",
    );
    return { loss, ...gradients };
  });
  expect(run(made, { x: [1, 2, 3], "layer.w": [1, 1, 1], frozen: [1, 1, 0] })).toEqual({
    loss: [12],
    "layer.w": [2, 4, 6],
  });
});

test("a derivative in a direction is the pullback of a pullback", () => {
  const made = traced(() => {
    const x = input("x", [channels], "f32");
    const along = input("along", [channels], "f32");
    const { results, tangents } = jvp(
      (args: { x: typeof x }) => ({ y: args.x.mul(args.x), z: sum(sin(args.x), "channels") }),
      { x },
      { x: along },
    );
    return { y: results.y, yt: tangents.y, zt: tangents.z };
  });
  expect(run(made, { x: [1, 2, 0], along: [1, 10, 100] })).toEqual({
    y: [1, 4, 0],
    yt: [2, 40, 0],
    zt: [Math.fround(Math.fround(Math.cos(1)) + Math.fround(10 * Math.fround(Math.cos(2)))) + 100].map(
      Math.fround,
    ),
  });
});

test("a function linearised at a point has its derivative in any number of directions, and is computed once", () => {
  const made = traced(() => {
    const [x, first, second] = ["x", "first", "second"].map((name) => input(name, [channels], "f32"));
    const f = (args: { x: Tensor<"channels", "f32"> }) => ({ y: sin(args.x.mul(args.x)) });
    const { results, pushforward } = linearize(f, { x: x! });
    return {
      y: results.y,
      first: pushforward({ x: first! }).y,
      second: pushforward({ x: second! }).y,
      none: pushforward({}).y,
    };
  });
  const inputs = { x: [0, 1, 2], first: [1, 1, 1], second: [3, -1, 0.5] };
  const results = run(made, inputs);
  for (const [i, x] of inputs.x.entries()) {
    const slope = 2 * x * Math.cos(x * x);
    expect(results.y![i]).toBeCloseTo(Math.sin(x * x), 6);
    expect(results.first![i]).toBeCloseTo(slope * inputs.first[i]!, 5);
    expect(results.second![i]).toBeCloseTo(slope * inputs.second[i]!, 5);
    expect(results.none![i]).toBe(0);
  }
  expect([...walk(made.module)].filter((op) => isOp(op, "stablehlo.sine"))).toHaveLength(1);
});

test("a function whose gradient its author writes, in a loop and beside its gradient's gradient", () => {
  const made = traced(() => {
    const x = input("x", [], "f32");
    const n = input("n", [], "i32");
    const cube = customVjp(
      "cube",
      (args: { x: typeof x; n: typeof n }) => ({ y: args.x.mul(args.x).mul(args.x) }),
      ({ x }, { y }, { y: g }) => ({ x: g.mul(y.div(x)).mul(300) }),
    );
    const of = (args: { x: typeof x }) => cube({ x: args.x, n }).y;
    const scanned = (args: { x: typeof x }) =>
      scan("time", { y: args.x }, { t: fill(0, [time], "f32") }, ({ y }) => ({
        carry: { y: cube({ x: y, n }).y },
        output: {},
      })).carry.y;
    return {
      first: grad(of)({ x }).x,
      second: grad((args: { x: typeof x }) => grad(of)(args).x)({ x }).x,
      loop: grad(scanned)({ x }).x,
    };
  });
  // 300 x^2, and 300 (cube'(x) / x - cube(x) / x^2) = 300 (300 x - x), and 300^4 x^80 at 1.
  expect(run(made, { x: [1], n: [0] })).toEqual({
    first: [300],
    second: [300 * 299],
    loop: [Math.fround(300 ** 4)],
  });
});

describe("what has no gradient", () => {
  test("a loss that is no number", () => {
    expect(
      traceComplaint(() => {
        const x = input("x", [channels], "f32");
        return valueAndGrad(() => ({ loss: x as never }))({ x });
      }),
    ).toBe(`shape error: valueAndGrad: the loss must be one float
  expected: [] f32
  got:      [channels 3] f32
  at:       test/dsl/gradient.test.ts LINE
  | return valueAndGrad(() => ({ loss: x as never }))({ x });
  |                                                  ^
  hint:     sum or average it, or use vjp with a cotangent of its shape`);
  });

  test("a loop that runs as often as its values say, at its line", () => {
    expect(
      traceComplaint(() => {
        const x = input("x", [], "f32");
        const doubled = (args: { x: typeof x }) =>
          whileLoop(
            { x: args.x },
            ({ x }) => x.lt(100),
            ({ x }) => ({ x: x.add(x) }),
          ).x;
        return grad(doubled)({ x });
      }),
    ).toBe(`trace error: stablehlo.while is not differentiable: it is not known how often the loop runs, so what its iterations made cannot be saved
  at:       test/dsl/gradient.test.ts LINE
  | whileLoop(
  | ^
  hint:     use scan, or count from a constant to a constant by a constant`);
  });

  test("a gradient of an author that is unlike the argument", () => {
    expect(
      traceComplaint(() => {
        const x = input("x", [channels], "f32");
        const f = customVjp(
          "f",
          (args: { x: typeof x }) => ({ y: sum(args.x, "channels") }),
          (_, __, { y }) => ({ x: y as never }),
        );
        return grad((args: { x: typeof x }) => f(args).y)({ x });
      }),
    ).toBe(`shape error: customVjp "f": the gradient of "x" is unlike the argument
  expected: [channels 3] f32
  got:      [] f32
  at:       test/dsl/gradient.test.ts LINE
  | return grad((args: { x: typeof x }) => f(args).y)({ x });
  |                                                  ^`);
  });

  test("a cotangent of another shape", () => {
    expect(
      traceComplaint(() => {
        const x = input("x", [channels], "f32");
        const { pullback } = vjp((args: { x: typeof x }) => ({ y: exp(args.x) }), { x });
        return pullback({ y: fill(1, [time], "f32") as never });
      }),
    ).toBe(`shape error: vjp: a cotangent is unlike its result: "y"
  expected: [channels 3] f32
  got:      [time 4] f32
  at:       test/dsl/gradient.test.ts LINE
  | return pullback({ y: fill(1, [time], "f32") as never });
  |        ^`);
  });
});
