/**
 * @file What must not compile: under each `@ts-expect-error` stands one mistake. `npm run typecheck` complains when
 * one of them compiles. Nothing here runs.
 */
import {
  at,
  axis,
  causalConv1d,
  cond,
  dot,
  exp,
  fill,
  input,
  linearScan,
  attention,
  maximum,
  mean,
  merge,
  not,
  oneMinus,
  program,
  range,
  kvCacheUpdate,
  rmsNorm,
  rotary,
  scan,
  select,
  slice,
  split,
  state,
  sum,
  switchCase,
  take,
  spec,
  type Tensor,
  transpose,
  whileLoop,
} from "../../src/dsl/index.js";
import { train } from "../../src/index.js";
import { compile } from "../../src/engine/index.js";

const [batch, time, model, heads, head, window, lru] = [
  axis("batch", 2),
  axis("time", 5),
  axis("model", 8),
  axis("heads", 2),
  axis("head", 4),
  axis("window", 8),
  axis("lru", 6),
];

export const nothing = () =>
  program({ name: "types" }, () => {
    const x = input("x", [batch, time, model], "f32");
    const half = input("half", [batch, time, model], "bf16");
    const tokens = input("tokens", [batch, time], "i32");
    const mask = tokens.gt(0);

    // Element types do not mix.
    // @ts-expect-error f32 + bf16
    x.add(half);
    // @ts-expect-error i32 < f32
    tokens.lt(x);
    // @ts-expect-error a product of f32 and bf16
    dot(x, half, "model");
    // @ts-expect-error a choice between f32 and bf16
    select(mask, x, half);
    // @ts-expect-error there is no type f33
    x.to("f33");
    // @ts-expect-error exp of integers
    exp(tokens);
    // @ts-expect-error 1 - boolean
    oneMinus(mask);
    // @ts-expect-error not of floats
    not(x);
    // @ts-expect-error and of floats
    x.and(x);
    // @ts-expect-error and of integers and booleans
    tokens.and(mask);
    // @ts-expect-error shifts of floats
    x.shiftLeft(1);
    // @ts-expect-error a mean of integers
    mean(tokens, "time");
    // @ts-expect-error a scalar of floats beside integers
    tokens.add(fill(1, [], "f32"));
    // @ts-expect-error tensors of two types that are no scalars
    x.add(tokens);
    // @ts-expect-error the largest of booleans
    maximum(mask, "time");
    // @ts-expect-error a predicate of numbers
    select(tokens, x, x);
    // @ts-expect-error indices that are floats
    take(x, "model", input("i", [heads], "f32"));

    // Axes are known by name.
    // @ts-expect-error x has no heads
    sum(x, "heads");
    // @ts-expect-error x has no heads
    x.size("heads");
    // @ts-expect-error x has no heads
    x.rename({ heads: "h" });
    // @ts-expect-error x has no heads
    merge(x, ["heads", "model"], "all");
    // @ts-expect-error x has no heads
    split(x, "heads", [head]);
    // @ts-expect-error x has no heads
    slice(x, "heads", { start: 1 });
    // @ts-expect-error x has no heads
    at(x, "heads", 0);
    // @ts-expect-error x has no heads
    transpose(x, ["heads", "batch", "time"]);
    // @ts-expect-error one of the operands has no model axis to sum over
    dot(x, tokens.to("f32"), "model");
    // @ts-expect-error the first of the operands has no heads to sum over
    dot(x, input("w", [heads, lru], "f32"), "heads");
    // @ts-expect-error the axis that was summed over is gone
    dot(dot(x, input("w", [lru, model], "f32"), "model"), input("v", [model, lru], "f32"), "model");
    // @ts-expect-error the axis that was summed over is gone
    sum(x, "model").size("model");
    // @ts-expect-error the axis that was renamed is gone
    x.rename({ time: "key" }).size("time");
    // @ts-expect-error a row is no matrix
    const matrix: Tensor<"batch" | "time", "f32"> = sum(x, ["time", "model"]);
    // @ts-expect-error a matrix is no row
    const row: Tensor<"batch", "f32"> = sum(x, "model");
    // @ts-expect-error a size is a number
    axis("time", "5");

    // States and control flow keep their types.
    const h = state("h", [batch, lru], "f32");
    // @ts-expect-error another axis
    h.update(fill(0, [batch, model], "f32"));
    // @ts-expect-error another element type
    h.update(fill(0, [batch, lru], "bf16"));
    const i = fill(0, [], "i32");
    whileLoop(
      { tokens },
      // @ts-expect-error a condition with an axis
      ({ tokens }) => tokens.lt(3),
      (all) => all,
    );
    whileLoop(
      { i },
      // @ts-expect-error a condition that is a number
      ({ i }) => i,
      (all) => all,
    );
    whileLoop(
      { i },
      ({ i }) => i.lt(3),
      // @ts-expect-error a body that changes an element type
      ({ i }) => ({ i: i.to("f32") }),
    );
    whileLoop(
      { i, x },
      ({ i }) => i.lt(3),
      // @ts-expect-error a body that leaves something out
      ({ i }) => ({ i }),
    );
    const same = () => ({ y: x });
    // @ts-expect-error a predicate with axes
    cond(mask, same, same);
    // @ts-expect-error branches of two types
    cond(i.eq(0), same, () => ({ y: half }));
    // @ts-expect-error an index that is a float
    switchCase(fill(0, [], "f32"), [() => ({ x })]);
    // @ts-expect-error the element of a step has no time axis
    scan("time", {}, { tokens }, (_, { tokens }) => ({ carry: {}, output: { n: tokens.size("time") } }));
    // @ts-expect-error the carry changes its axes
    scan("time", { i }, { tokens }, ({ i }, { tokens }) => ({ carry: { i: i.add(tokens) }, output: {} }));

    // The ops of Griffin say which axes they want.
    const a = input("a", [batch, time, lru], "f32");
    const h0 = fill(0, [batch, lru], "f32");
    // @ts-expect-error a state with a time axis
    linearScan({ x: a, a, h0: a, axis: "time" });
    // @ts-expect-error a state that is not f32
    linearScan({ x: a, a, h0: fill(0, [batch, lru], "bf16"), axis: "time" });
    // @ts-expect-error a decay of another element type
    linearScan({ x: a, a: a.to("bf16"), h0, axis: "time" });
    // @ts-expect-error a scan that is not told its axis
    linearScan({ x: a, a, h0 });
    // @ts-expect-error an axis that x does not have
    linearScan({ x: a, a, h0, axis: "seq" });
    const ring = {
      kind: "ring",
      keys: input("k", [batch, window, head], "f32"),
      values: input("v", [batch, window, head], "f32"),
    } as const;
    const k = input("kk", [batch, time, head], "f32");
    const q = input("q", [batch, time, heads, head], "f32");
    const numTokens = fill(0, [batch], "i32");
    const axes = { time: "time", slots: "window", channels: "head" } as const;
    const rest = { k, v: k, segmentPos: tokens, cache: ring, numTokens, axes, scale: 1 };
    attention({ q, ...rest });
    // @ts-expect-error queries without channels
    attention({ q: sum(q, "head"), ...rest });
    // @ts-expect-error keys with heads, values without
    attention({ q, ...rest, k: q });
    // @ts-expect-error positions that are floats
    attention({ q, ...rest, segmentPos: tokens.to("f32") });
    // @ts-expect-error a ring without a window
    attention({ q, ...rest, cache: { kind: "ring", keys: k, values: k } });
    // @ts-expect-error a cache, and a window beside it
    attention({ q, ...rest, window: 4 });
    // @ts-expect-error a cache of no kind
    attention({ q, ...rest, cache: { ...ring, kind: "list" } });
    // @ts-expect-error a cache without the number of tokens
    attention({ q, k, v: k, segmentPos: tokens, cache: ring, axes, scale: 1 });
    attention({
      q,
      k,
      v: k,
      segmentPos: tokens,
      axes: { time: "time", channels: "head" },
      scale: 1,
      window: 4,
    });
    // @ts-expect-error one number of tokens for the batch
    attention({ q, ...rest, numTokens: i });
    // @ts-expect-error rows of another element type than the ring
    kvCacheUpdate(ring.keys, k.to("bf16"), tokens);
    const conv = {
      x: a,
      bias: fill(0, [lru], "f32"),
      segmentPos: tokens,
      tail: fill(0, [batch, axis("tail", 3), lru], "f32"),
      axis: "time",
      taps: "tap",
    } as const;
    // @ts-expect-error a kernel without taps
    causalConv1d({ ...conv, w: fill(0, [lru], "f32") });
    // @ts-expect-error a scale over an axis that x does not have
    rmsNorm(x, fill(0, [lru], "f32"), { epsilon: 1e-6 });
    // @ts-expect-error positions along an axis that x does not have
    rotary(q, fill(0, [batch, model], "i32"), { axis: "head", dims: 2, base: 10_000 });
    // @ts-expect-error positions along the channels
    rotary(q, fill(0, [head], "i32"), { axis: "head", dims: 2, base: 10_000 });
    // @ts-expect-error channels along an axis that x does not have
    rotary(q, tokens, { axis: "model", dims: 2, base: 10_000 });

    // @ts-expect-error a loss with axes
    grad((args: { a: typeof a }) => args.a)({ a });
    // @ts-expect-error a loss that is an integer
    grad((args: { i: typeof i }) => args.i)({ i });
    // @ts-expect-error integers have no gradients
    grad((args: { tokens: typeof tokens; a: typeof a }) => sum(args.a, ["batch", "time", "lru"]))({
      tokens,
      a,
    }).tokens;
    // @ts-expect-error a cotangent unlike its result
    vjp((args: { a: typeof a }) => ({ y: args.a }), { a }).pullback({ y: sum(a, "time") });
    // @ts-expect-error a policy that there is not
    remat(() => a, { keep: "some" });

    // @ts-expect-error a result that is no tensor
    program({ name: "inner" }, () => ({ y: 3 }));
    return { row, matrix, r: range(batch) };
  });

const declared = program(
  {
    name: "declared",
    inputs: { x: spec([batch], "f32"), i: spec([], "i64") },
    parameters: { w: spec([batch], "f32") },
  },
  ({ x, i }, { w }) => ({ y: x.add(w), i }),
);

export async function calls(): Promise<void> {
  const f = await compile(declared, { on: "interpreter" });
  const bound = await compile(declared, { on: "interpreter", parameters: { w: [1, 2] } });
  const [x, w, i] = [[1, 2], [3, 4], 1];
  // @ts-expect-error an argument is missing
  await f({ x, w });
  // @ts-expect-error a parameter that is not bound is missing
  await f({ x, i });
  // @ts-expect-error an argument that there is not
  await f({ x, w, i, z: 1 });
  // @ts-expect-error parameters are bound
  await bound({ x, i, w });
  // @ts-expect-error elements of another type
  await f({ x: new Float64Array(2), w, i });
  // @ts-expect-error text
  await f({ x: "1 2", w, i });
  const results = await f({ x, w, i });
  // @ts-expect-error a tensor of other axes
  await f({ x: results.i, w, i });
  // @ts-expect-error a result that there is not
  results.z;
  // @ts-expect-error elements of i64 are bigints
  const floats: Float32Array = results.i.data;
  void floats;
}

/** What follows from the settings of a training is no option beside them. */
export function settledOptions() {
  // @ts-expect-error parameters that are trained are f32
  train({ settings: {}, stored: "bf16" });
  // @ts-expect-error a setting
  train({ settings: {}, dtype: "bf16" });
}
