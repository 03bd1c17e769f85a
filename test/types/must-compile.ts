/**
 * @file What a model author may write. Nothing here runs: that it compiles is the test (`npm run typecheck`, and
 * types.test.ts). Results are named with their types, so that inference is tested too.
 */
import {
  axis,
  cond,
  dot,
  fill,
  fn,
  input,
  linearScan,
  maximum,
  merge,
  program,
  range,
  scan,
  select,
  split,
  state,
  sum,
  take,
  type Tensor,
  whileLoop,
} from "../../src/dsl/index.js";

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
    const { y, last } = linearScan({ x, a: joined, h0: h.value });
    h.update(last);
    const scanned: Tensor<"batch" | "time" | "model", "f32"> = y;

    const floats = { scaled, product, inner, back, renamed, rows, chosen, doubled, scanned };
    return { ...floats, halves, ...branch, stacked, carried };
  });
