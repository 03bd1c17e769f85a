/** @file For tests: calls that TypeScript would refuse, as JavaScript makes them. */
import * as dsl from "../../src/dsl/index.js";
import * as nn from "../../src/nn/index.js";

/** What JavaScript takes the functions for. */
const { axis, input, ...js } = dsl as unknown as Record<string, (...given: unknown[]) => unknown> &
  Pick<typeof dsl, "axis" | "input">;
const layers = nn as unknown as Record<string, (...given: unknown[]) => unknown>;
/** A tensor whose methods take anything. */
export type Loose = Record<string, (...given: unknown[]) => unknown>;

export const [b, m] = [axis("batch", 2), axis("model", 3)];
const loose = input as (...given: unknown[]) => unknown;

/** What is done with an input [batch 2, model 3] f32. */
export const calls: Readonly<Record<string, (x: Loose) => unknown>> = {
  "input of float32": () => loose("y", [b], "float32"),
  "input of bool": () => loose("y", [b], "bool"),
  "input without a type": () => loose("y", [b]),
  "input with names for axes": () => loose("y", ["batch"], "f32"),
  "input with sizes for axes": () => loose("y", [2, 3], "f32"),
  "input without axes": () => loose("y", undefined, "f32"),
  "spec of float64": () => js.spec!([b], "float64"),
  "parameter of int32": () => js.parameter!("w", [b], "int32"),
  "state of uint8": () => js.state!("s", [b], "uint8"),
  "conversion to bfloat16": (x) => x.to!("bfloat16"),
  "axis of text": () => axis("time", "3" as never),
  "a list destructured": (x) => {
    const [first] = x as unknown as Iterable<unknown>;
    return first;
  },
  "a for loop": (x) => [...(x as unknown as Iterable<unknown>)],
  "update with another type": (x) => {
    (js.state!("s", [b, m], "bf16") as Loose).update!(x);
    return x;
  },
  "sum over a misspelt axis": (x) => js.sum!(x, "modle"),
  "dot over a misspelt axis": (x) => js.dot!(x, x, "modle"),
  "attention of tensors": (x) => js.attention!(x, x, x),
  "einsum of tensors": (x) => js.einsum!("ij,ij->i", x, x),
  "grad of a tensor": (x) => js.grad!(js.sum!(x, ["batch", "model"])),
  "grad by a tensor": (x) => (js.grad!((y: Loose) => js.sum!(y, ["batch", "model"])) as Loose["add"])!(x),
  "grad of what returns nothing": (x) => (js.grad!(() => undefined) as Loose["add"])!({ x }),
  "jvp by a tensor": (x) => js.jvp!((y: Loose) => ({ y }), x),
  "jvp along nothing": (x) => js.jvp!((given: object) => given, { x }),
  "op with a misspelt attribute": (x) =>
    js.op!("stablehlo.cholesky", [x], { lowr: true }, { result: { axes: ["i", "j"] } }),
  "exp of a number": () => js.exp!(3),
  "exp of nothing": () => js.exp!(),
  "addition of nothing": (x) => x.add!(undefined),
  "addition of text": (x) => x.add!("1"),
  "addition of a list": (x) => x.add!([1, 2]),
  "fill with text": () => js.fill!("a", [b], "f32"),
  "take by a number": (x) => js.take!(x, "batch", 1),
  "dot with a number": (x) => js.dot!(x, 3, "model"),
  "dot over nothing": (x) => js.dot!(x, x),
  "sum over an index": (x) => js.sum!(x, 0),
  "sum over an axis": (x) => js.sum!(x, m),
  "maximum of two": (x) => js.maximum!(x, x),
  "mean over nothing": (x) => js.mean!(x),
  "softmax of a number": () => layers.softmax!(3, "model"),
  "softmax over -1": (x) => layers.softmax!(x, -1),
  "gelu of text": () => layers.gelu!("x"),
  "concat with a number": (x) => js.concat!([x, 3], "batch"),
  "concat of one": (x) => js.concat!(x, "batch"),
  "where with nothing": (x) => js.where!(x.gt!(0), x, undefined),
  "transpose by text": (x) => js.transpose!(x, "model"),
  "scan whose step returns nothing": (x) =>
    js.scan!("batch", { h: js.fill!(0, [], "f32") }, { x }, () => undefined),
  "cond of a number": (x) =>
    js.cond!(
      1,
      () => ({ x }),
      () => ({ x }),
    ),
  "op of one tensor": (x) => js.op!("stablehlo.negate", x),
  "split by a number": (x) => js.split!(x, "model", 3),
  "einsum of one": (x) => js.einsum!("ij->j", x),
  "stack along an axis": (x) => js.stack!([x, x], axis("layer", 2)),
  "stack of one": (x) => js.stack!(x),
  "oneHot of a list": () => js.oneHot!([1, 2], axis("k", 3), "f32"),
  "conv without options": (x) => layers.conv!(x, x),
  "conv over a name": (x) => layers.conv!(x, x, { over: "batch", from: "model", to: "model" }),
  "conv with a number for a window": (x) =>
    layers.conv!(x, x, { over: { batch: 3 }, from: "model", to: "model" }),
  "crossEntropy of floats": (x) => layers.crossEntropy!(x, x, "model"),
  "crossEntropy without targets": (x) => layers.crossEntropy!(x, undefined, "model"),
  "binaryCrossEntropy with a number": (x) => layers.binaryCrossEntropy!(x, 1),
  "layerNorm with eps": (x) => layers.layerNorm!(x, "model", { eps: 1e-6 }),
  "layerNorm with a number as scale": (x) => layers.layerNorm!(x, "model", { scale: 2 }),
  "layerNorm over -1": (x) => layers.layerNorm!(x, -1),
  "dropout of a rate and a key": (x) => layers.dropout!(x, 0.1, js.random),
  "linearScan without h0": (x) => js.linearScan!({ x, a: x, axis: "batch" }),
  "linearScan of nothing": () => js.linearScan!(),
  "linearScan with a number as a": (x) =>
    js.linearScan!({ x, a: 0.5, h0: js.at!(x, "batch", 0), axis: "batch" }),
  "selectiveScan of x alone": (x) => js.selectiveScan!({ x }),
  "linearAttention of a query alone": (x) => js.linearAttention!({ query: x }),
  "deltaRule of nothing": () => js.deltaRule!({}),
  "attention of q alone": (x) => js.attention!({ q: x }),
  "attention of nothing": () => js.attention!(),
  "kvCacheUpdate of a cache alone": (x) => js.kvCacheUpdate!(x),
  "causalConv1d of x alone": (x) => js.causalConv1d!({ x }),
  "blockDiagonal of x alone": (x) => js.blockDiagonal!(x),
  "rmsNorm without a scale": (x) => js.rmsNorm!(x),
  "rmsNorm without an epsilon": (x) => js.rmsNorm!(x, js.at!(x, "batch", 0), {}),
  "rotary without positions": (x) => js.rotary!(x),
  "gather by a number": (x) => js.gather!(x, { batch: 1 }),
  "gather by a tensor": (x) => js.gather!(x, x),
  "scatter of no way": (x) => js.scatter!(x, { batch: js.range!(b) }, x, "sum"),
  "dynamicSlice by a number": (x) => js.dynamicSlice!(x, { batch: 1 }),
  "dynamicUpdateSlice with starts before the update": (x) => js.dynamicUpdateSlice!(x, { batch: 0 }, x),
  "pad by a number": (x) => js.pad!(x, 1),
  "maxPool by a number": (x) => js.maxPool!(x, 2),
  "mean of integers": (x) => js.mean!(x.to!("i32"), "model"),
  "variance of integers": (x) => js.variance!(x.to!("i32"), "model"),
  "where of floats": (x) => js.where!(x, x, 0),
  "where with null": (x) => js.where!(x.gt!(0), x, null),
  "clamp of a tensor first": (x) => js.clamp!(x, 0, 1),
  "merge of a name": (x) => js.merge!(x, "batch", "model"),
  "split in sizes": (x) => js.split!(x, "model", [3, 1]),
  "at by a tensor": (x) => js.at!(x, "batch", js.fill!(0, [], "i32")),
  "slice by numbers": (x) => js.slice!(x, "batch", 0, 1),
  "sort of reverse": (x) => js.sort!(x, "model", { reverse: true }),
  "constant of float32": () => js.constant!([1, 2], [b], "float32"),
  "constant of nothing": () => js.constant!([1, undefined, 2], [m], "f32"),
  "constant of holes": () => js.constant!([new Array(3)], [axis("one", 1), m], "f32"),
  "bitcast without a type": (x) => js.bitcast!(x),
  "complex of one part": (x) => js.complex!(x),
  "oneHot of a number": () => js.oneHot!(1, m),
  "einsum of operands alone": (x) => js.einsum!([x, x]),
  "scan without a step": (x) => js.scan!("batch", {}, { x }),
  "scan whose step returns a list": (x) =>
    js.scan!("batch", { h: js.fill!(0, [], "f32") }, { x }, () => [{}, {}]),
  "scan whose step is async": (x) =>
    js.scan!("batch", { h: js.fill!(0, [], "f32") }, { x }, async () => ({ carry: {} })),
  "whileLoop with a known condition": (x) =>
    js.whileLoop!(
      { x },
      () => true,
      () => ({ x }),
    ),
  "whileLoop without a body": (x) => js.whileLoop!({ x }, () => js.fill!(0, [], "i1")),
  "cond of what is known": (x) =>
    js.cond!(
      true,
      () => ({ x }),
      () => ({ x }),
    ),
  "cond of tensors": (x) => js.cond!(js.fill!(1, [], "i1"), { x }, { x }),
  "cond with one branch": (x) => js.cond!(js.fill!(1, [], "i1"), () => ({ x })),
  "switchCase of branches one by one": (x) => js.switchCase!(js.fill!(1, [], "i32"), () => ({ x })),
  "associativeScan without a combination": (x) => js.associativeScan!("batch", { x }),
  "fn without a name": (x) => (js.fn!(() => ({ x })) as (args: object) => unknown)({ x }),
  "scope without a body": () => js.scope!("block"),
  "print without a name": (x) => js.print!(x),
  "probe of a tensor first": (x) => js.probe!(x, "x"),
  "concat of a big integer": () => js.concat!(10n, "model"),
  "withPrecision of a misspelt one": (x) => js.withPrecision!("hihgest", () => x),
  "dot of a misspelt precision": (x) => js.dot!(x, x, "model", { precision: "f32" }),
  "random numbers without a key": () => (js.random as unknown as typeof js).normal!([b]),
  "a method of NumPy": (x) => x.sum!(0),
  "a method of PyTorch": (x) => x.unsqueeze!(0),
  "a plus of JavaScript": (x) => (x as unknown as number) + 1,
  "a product of JavaScript": (x) => (x as unknown as number) * 2,
  "a comparison of JavaScript": (x) => ((x as unknown as number) > 0 ? x : js.neg!(x)),
  "a method that is none": (x) => x.nope!(),
};
