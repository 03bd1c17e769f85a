/**
 * @file What a model author may write. Nothing here runs: that it compiles is the test (`npm run typecheck`).
 * Results are named with their types, so that inference is tested too.
 */
import {
  type Axis,
  axis,
  cond,
  cumsum,
  dot,
  einsum,
  fill,
  fn,
  input,
  linearScan,
  maximum,
  attention,
  maxPool,
  mean,
  merge,
  oneHot,
  type Opaque,
  op,
  pad,
  parameter,
  program,
  random,
  rotary,
  range,
  scan,
  select,
  sort,
  spec,
  split,
  state,
  sum,
  take,
  transpose,
  remat,
  valueAndGrad,
  vjp,
  type Tensor,
  whileLoop,
} from "../../src/dsl/index.js";
import { compile, type DeviceTensor } from "../../src/engine/index.js";
import { logSumExp, softmax } from "../../src/nn/index.js";

const [batch, time, model, heads, head] = [
  axis("batch", 2),
  axis("time", 5),
  axis("model", 8),
  axis("heads", 2),
  axis("head", 4),
];

export const everything = () =>
  program({ name: "types" }, () => {
    const x = input("x", [batch, time, model], "f32");
    const w = input("w", [axis("out", 3), model], "f32");
    const tokens = input("tokens", [batch, time], "i32");

    // Arithmetic joins axes and keeps the element type; comparisons make booleans.
    const joined: Tensor<"batch" | "time" | "model", "f32"> = input("row", [time], "f32").mul(x);
    const halves: Tensor<"batch" | "time" | "model", "bf16"> = x.to("bf16").add(1);
    const later: Tensor<"batch" | "time", "i1"> = tokens.gt(0).and(tokens.ne(3));

    // Scalars have no axes.
    const one: Tensor<never, "f32"> = fill(1, [], "f32");
    const scaled: Tensor<"batch" | "time" | "model", "f32"> = x.mul(one);

    // Contractions and reductions take their axes away; reshaping replaces them.
    const product: Tensor<"batch" | "time" | "out", "f32"> = dot(x, w, "model");
    const inner: Tensor<"out", "f32"> = dot(sum(x, ["batch", "time"]), w, "model");
    const largest: Tensor<"batch", "f32"> = maximum(x, ["time", "model"]);
    const cut: Tensor<"batch" | "time" | "heads" | "head", "f32"> = split(x, "model", [heads, head]);
    const back: Tensor<"batch" | "time" | "model", "f32"> = merge(cut, ["heads", "head"], "model");
    const renamed: Tensor<"batch" | "key" | "model", "f32"> = x.rename({ time: "key" });
    const rows: Tensor<"batch" | "time" | "model", "f32"> = take(
      input("table", [axis("vocab", 9), model], "f32"),
      "vocab",
      tokens,
    );
    const chosen: Tensor<"batch" | "time" | "model", "f32"> = select(later, x, 0);
    const counted: Tensor<"time", "i32"> = range(time);

    // Control flow keeps the types of what it carries.
    const looped: { readonly i: Tensor<never, "i32">; readonly x: Tensor<"time", "i32"> } = whileLoop(
      { i: fill(0, [], "i32"), x: counted },
      ({ i }) => i.lt(3),
      ({ i, x }) => ({ i: i.add(1), x: x.mul(2) }),
    );
    const branch: { readonly y: Tensor<"time", "i32"> } = cond(
      looped.i.eq(3),
      () => ({ y: looped.x }),
      () => ({ y: counted }),
    );

    // A step of scan sees its inputs without the axis; its outputs get the axis.
    const walked = scan("time", { h: fill(0, [batch], "i32") }, { tokens }, ({ h }, { tokens }) => {
      const token: Tensor<"batch", "i32"> = tokens;
      return { carry: { h: h.add(token) }, output: { h } };
    });
    const stacked: Tensor<"batch" | "time", "i32"> = walked.outputs.h;
    const carried: Tensor<"batch", "i32"> = walked.carry.h;

    // A function may leave its axes open.
    const twice = fn("twice", <A extends string>({ x }: { readonly x: Tensor<A, "f32"> }) => ({
      y: x.mul(2),
    }));
    const doubled: Tensor<"batch", "f32"> = twice({ x: largest }).y;

    const h = state("h", [batch, model], "f32");
    const { y, last } = linearScan({ x, a: joined, h0: h.value, axis: "time" });
    h.update(last);
    const scanned: Tensor<"batch" | "time" | "model", "f32"> = y;

    const floats = { scaled, product, inner, back, renamed, rows, chosen, doubled, scanned };
    return { ...floats, halves, ...branch, stacked, carried };
  });

// Functions that are generic over axes: what a model author factors out first.

/** 1: a weight whose axes are type parameters, one of them bound by another. 2: the product says its type. */
const linear = <A extends string, F extends A, T extends string>(
  x: Tensor<A, "f32">,
  from: Axis<F>,
  to: Axis<T>,
) => dot(x, parameter("weight", [to, from], "f32"), from.name);

/** The product of a product, along an axis that is a type parameter. */
const twoLayers = <A extends string, F extends A, H extends string, T extends string>(
  x: Tensor<A, "f32">,
  from: Axis<F>,
  hidden: Axis<H>,
  to: Axis<T>,
) => {
  const up = dot(x, parameter("up", [hidden, from], "f32"), from.name);
  return dot(up, parameter("down", [to, hidden], "f32"), hidden.name);
};

/** Three of them, the result said. */
const threeLayers = <A extends string, H extends string>(x: Tensor<A | "model", "f32">, hidden: Axis<H>) => {
  const up = parameter("up", [hidden, model], "f32");
  return dot(dot(dot(x, up, "model"), up, hidden.name), up, "model");
};

/** 3: with a bias along the new axis. */
const affine = <A extends string, F extends A, T extends string>(
  x: Tensor<A, "f32">,
  from: Axis<F>,
  to: Axis<T>,
) => linear(x, from, to).add(parameter("bias", [to], "f32"));

/** 4: one axis as several, one of them a type parameter. */
const inHeads = <A extends string, H extends string>(x: Tensor<A | "flat", "f32">, to: Axis<H>) =>
  split(x, "flat", [heads, to]);

/** 5: states and fills along a type parameter. */
const started = <N extends string>(along: Axis<N>) =>
  state("h", [batch, along], "f32").value.add(fill(1, [along, batch], "f32"));

export const generic = () =>
  program({ name: "generic" }, () => {
    const x = input("x", [batch, time, model], "f32");
    const [lru, out] = [axis("lru", 6), axis("out", 3)];
    const one: Tensor<"batch" | "time" | "lru", "f32"> = linear(x, model, lru);
    const two: Tensor<"batch" | "time" | "lru", "f32"> = affine(x, model, lru);
    // 6: the product of a product.
    const three: Tensor<"batch" | "time" | "out", "f32"> = dot(
      dot(x, input("a", [model, lru], "f32"), "model"),
      input("b", [lru, out], "f32"),
      "lru",
    );
    const four: Tensor<"batch" | "time" | "out", "f32"> = affine(affine(x, model, lru), lru, out);
    const layers: Tensor<"batch" | "time" | "out", "f32"> = twoLayers(x, model, lru, out);
    const thrice: Tensor<"batch" | "time" | "lru", "f32"> = threeLayers(x, lru);
    // 7: axes of a transposed tensor merged, in one statement.
    const seven: Tensor<"batch" | "both", "f32"> = merge(
      transpose(x, ["time", "batch", "model"]),
      ["time", "model"],
      "both",
    );
    const flat = x.rename({ model: "flat" });
    const cut: Tensor<"batch" | "time" | "heads" | "head", "f32"> = inHeads(flat, head);
    const held: Tensor<"batch" | "model", "f32"> = started(model);

    // 8: scans along axes of any name, with axes of states beside the channels. 9: attention of grouped queries, by any names.
    const [seq, rows, n] = [axis("seq", 5), axis("rows", 2), axis("n", 4)];
    const wide = input("wide", [rows, seq, lru, n], "f32");
    const h0 = fill(0, [rows, lru, n], "f32");
    const eight: Tensor<"rows" | "lru" | "n", "f32"> = linearScan({ x: wide, a: wide, h0, axis: "seq" }).last;
    const [groups, slots] = [axis("groups", 1), axis("slots", 8)];
    const position = input("position", [rows, seq], "i32");
    const q = input("q", [rows, seq, heads, head], "f32");
    const k = rotary(input("k", [rows, seq, groups, head], "f32"), position, {
      axis: "head",
      dims: 2,
      base: 100,
    });
    const cache = {
      kind: "ring",
      keys: fill(0, [rows, slots, groups, head], "f32"),
      values: fill(0, [rows, slots, groups, head], "f32"),
    } as const;
    const nine: Tensor<"rows" | "seq" | "heads" | "head", "f32"> = attention({
      q,
      k,
      v: k,
      segmentPos: position,
      cache,
      numTokens: fill(0, [rows], "i32"),
      axes: { time: "seq", slots: "slots", channels: "head" },
      scale: 1,
    });
    // 10: gradients are of the arguments that hold floats, and alike; what a function returns beside its loss is there too.
    const ids = input("ids", [batch], "i32");
    const { loss, extra, gradients } = valueAndGrad((args: { x: typeof x; ids: typeof ids }) => ({
      loss: sum(args.x, ["batch", "time", "model"]),
      extra: args.ids,
    }))({ x, ids });
    const ten: { readonly x: typeof x } = gradients;
    const beside: [Tensor<never, "f32">, typeof ids] = [loss, extra];
    const { results, pullback } = vjp((args: { x: typeof x }) => ({ y: sum(args.x, "time") }), { x });
    const pulled: typeof x = pullback({ y: results.y }).x;
    const layer: typeof x = remat(() => x.mul(x), { keep: "products" });
    return {
      one,
      two,
      three,
      four,
      layers,
      thrice,
      seven,
      cut,
      held,
      eight,
      nine,
      x: ten.x,
      loss: beside[0],
      pulled,
      layer,
    };
  });

// A program as a function: what it takes and gives is known from what it declares.

const [rows, columns] = [axis("rows", 2), axis("columns", 3)];
const declared = program(
  {
    name: "declared",
    inputs: { x: spec([rows, columns], "f32"), i: spec([], "i64") },
    parameters: { w: spec([columns], "bf16") },
  },
  ({ x, i }, { w }) => {
    const given: [Tensor<"rows" | "columns", "f32">, Tensor<never, "i64">, Tensor<"columns", "bf16">] = [
      x,
      i,
      w,
    ];
    // Scalars of numbers stand beside floats.
    const sum: Tensor<"rows" | "columns", "f32"> = given[0].add(i).mul(input("s", [], "f64"));
    const mixed: Tensor<"columns", "bf16"> = mean(sum.to("bf16"), "rows").add(w);
    return { y: sum, mixed, best: maximum(i.expand(rows), "rows") };
  },
);

export async function called(): Promise<Float32Array> {
  await using f = await compile(declared, { on: "interpreter" });
  const { y, mixed, best } = await f({
    x: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    i: 1n,
    w: Float32Array.of(1, 2, 3),
  });
  const names: readonly ("rows" | "columns")[] = y.axes;
  const whole: BigInt64Array = best.data;
  await using bound = await compile(declared, { parameters: { w: [1, 2, 3] } });
  const again = await bound({ x: y, i: best });
  const held: DeviceTensor<"columns", "bf16"> = (await bound.onDevice({ x: new Float32Array(6), i: 2 }))
    .mixed;
  // What is not declared is given by any name.
  await using open = await compile(program({ name: "open" }, () => ({ y: input("x", [rows], "f32") })));
  const { y: out } = await open({ x: [1, 2] });
  return [out.data, again.y.data, mixed.data, held.shape, whole, names].length > 0 ? out.data : y.data;
}

/** Functions of the DSL that are generic over axes. */
export const genericFunctions = <A extends string, N extends A, K extends string>(
  x: Tensor<A, "f32">,
  along: Axis<N>,
  places: Tensor<K, "i32">,
) => {
  const rest: Tensor<Exclude<A, N>, "f32"> = logSumExp(x, along.name);
  const same: Tensor<A, "f32"> = softmax(cumsum(sort(x, along.name), along.name), along.name);
  const taken: Tensor<Exclude<A, N> | K, "f32"> = take(same, along.name, places);
  return { rest, taken, padded: pad(x, {}), pooled: maxPool(x, {}) };
};

export const reached = () =>
  program({ name: "op" }, () => {
    const x = input("x", [rows, columns], "f32");
    const turned: Tensor<"columns" | "rows", "f32"> = op(
      "stablehlo.transpose",
      [x],
      { permutation: [1, 0] },
      { result: { axes: ["columns", "rows"], dtype: "f32" } },
    );
    const [token] = op("stablehlo.create_token", [], {}, { results: ["opaque"] });
    const opaque: Opaque = token;
    const one: Tensor<"out", "f32"> = einsum([x, input("w", [columns, axis("out", 2)], "f32")], ["out"]);
    const hot: Tensor<"rows" | "vocab", "f32"> = oneHot(input("ids", [rows], "i32"), axis("vocab", 9));
    const drawn: Tensor<"rows", "bf16"> = random.normal(random.key(0), [rows], "bf16");
    return { turned, one, hot, drawn, opaque: op("chlo.erf", [opaque === token ? x : turned]) };
  });
