/** @file Calls that TypeScript would refuse, as JavaScript makes them: each is an error by the author's line, and none changes what comes after. */
import { expect, test } from "vitest";
import * as dsl from "../../src/dsl/index.js";
import * as nn from "../../src/nn/index.js";
import { tensorType } from "../../src/ir/types.js";
import { GriffinError, type SourcePosition } from "../../src/support/errors.js";
import { traceComplaint } from "./trace.js";

/** What JavaScript takes the functions for. */
const { axis, input, program, ...js } = dsl as unknown as Record<string, (...given: unknown[]) => unknown> &
  Pick<typeof dsl, "axis" | "input" | "program">;
const layers = nn as unknown as Record<string, (...given: unknown[]) => unknown>;
type Loose = Record<string, (...given: unknown[]) => unknown>;

const [b, m] = [axis("batch", 2), axis("model", 3)];
const loose = input as (...given: unknown[]) => unknown;

/** What is done with an input [batch 2, model 3] f32. */
const calls: Readonly<Record<string, (x: Loose) => unknown>> = {
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

/** The error of a call in a program. */
function errorOf(call: (x: Loose) => unknown): unknown {
  try {
    program({ name: "p" }, () => ({ y: call(input("x", [b, m], "f32") as unknown as Loose) }) as never);
    return undefined;
  } catch (error) {
    return error;
  }
}

test.each(Object.entries(calls).filter(([name]) => name !== "a method that is none"))("%s", (_, call) => {
  const error = errorOf(call);
  expect(error).toBeInstanceOf(GriffinError);
  expect((error as Error).message).toMatch(/^(?:shape|trace|usage) error: /);
  expect(((error as GriffinError).details.where as SourcePosition).file).toMatch(/misuse\.test\.ts$/);
  // What stands for all mistakes says nothing of this one.
  expect((error as Error).message).not.toContain("is given something that it does not take");
});

test("what is said of the commonest", () => {
  const said = [
    "input of bool",
    "input with names for axes",
    "exp of a number",
    "addition of text",
    "sum over an index",
    "maximum of two",
    "dot over nothing",
    "stack along an axis",
    "dot with a number",
  ];
  expect(
    said
      .map((name) => traceComplaint(() => calls[name]!(input("x", [b, m], "f32") as unknown as Loose)))
      .join("\n\n"),
  ).toMatchInlineSnapshot(`
    "shape error: there is no element type bool
      at:       test/dsl/misuse.test.ts LINE
      | "input of bool": () => loose("y", [b], "bool"),
      |                        ^
      hint:     did you mean i1?

    shape error: this is no axis
      got:      "batch"
      at:       test/dsl/misuse.test.ts LINE
      | "input with names for axes": () => loose("y", ["batch"], "f32"),
      |                                    ^
      hint:     axes have a name and a size: axis("batch", 2)

    shape error: exponential: the operand is no tensor
      got:      3
      at:       test/dsl/misuse.test.ts LINE
      | "exp of a number": () => js.exp!(3),
      |                             ^
      hint:     tensors of numbers are made by fill(1, [], "f32") and constant([1, 2], [axis], "f32")

    shape error: add: the other operand is no tensor
      got:      "1"
      at:       test/dsl/misuse.test.ts LINE
      | "addition of text": (x) => x.add!("1"),
      |                              ^
      hint:     tensors of numbers are made by fill(1, [], "f32") and constant([1, 2], [axis], "f32")

    shape error: sum: an axis is asked for by its name
      expected: "batch", "model"
      got:      0
      at:       test/dsl/misuse.test.ts LINE
      | "sum over an index": (x) => js.sum!(x, 0),
      |                                ^

    shape error: maximum: an axis is asked for by its name
      expected: "batch", "model"
      got:      a tensor [batch 2, model 3] f32
      at:       test/dsl/misuse.test.ts LINE
      | "maximum of two": (x) => js.maximum!(x, x),
      |                             ^
      hint:     of two tensors, element by element: x.max(y)

    shape error: dot: an axis is asked for by its name
      expected: "batch", "model"
      got:      nothing
      at:       test/dsl/misuse.test.ts LINE
      | "dot over nothing": (x) => js.dot!(x, x),
      |                               ^

    shape error: stack: the new axis is asked for by its name alone
      got:      {"name":"layer","size":2}
      at:       test/dsl/misuse.test.ts LINE
      | "stack along an axis": (x) => js.stack!([x, x], axis("layer", 2)),
      |                                  ^
      hint:     it has as many elements as there are parts: stack(parts, "layer")

    shape error: dot: y is no tensor
      got:      3
      at:       test/dsl/misuse.test.ts LINE
      | "dot with a number": (x) => js.dot!(x, 3, "model"),
      |                                ^
      hint:     tensors of numbers are made by fill(1, [], "f32") and constant([1, 2], [axis], "f32")"
  `);
});

test("what is said of options, functions and records that are not what they must be", () => {
  const said = [
    "conv without options",
    "conv with a number for a window",
    "crossEntropy of floats",
    "linearScan without h0",
    "rmsNorm without an epsilon",
    "layerNorm with eps",
    "pad by a number",
    "scan whose step returns a list",
    "cond of what is known",
    "at by a tensor",
    "constant of nothing",
    "withPrecision of a misspelt one",
    "a method of NumPy",
  ];
  expect(
    said
      .map((name) => traceComplaint(() => calls[name]!(input("x", [b, m], "f32") as unknown as Loose)))
      .join("\n\n"),
  ).toMatchInlineSnapshot(`
    "usage error: conv takes its options as an object
      expected: over, from, to, groups, precision
      got:      nothing
      at:       test/dsl/misuse.test.ts LINE
      | "conv without options": (x) => layers.conv!(x, x),
      |                                       ^

    usage error: the window of conv along "batch" takes its options as an object
      expected: kernel, stride, dilation, inputDilation, padding
      got:      3
      at:       test/dsl/misuse.test.ts LINE
      | layers.conv!(x, x, { over: { batch: 3 }, from: "model", to: "model" }),
      |        ^

    shape error: crossEntropy: targets must hold i32
      expected: [batch 2, model 3] i32
      got:      [batch 2, model 3] f32
      at:       test/dsl/misuse.test.ts LINE
      | "crossEntropy of floats": (x) => layers.crossEntropy!(x, x, "model"),
      |                                         ^
      hint:     convert it: x.to("i32")

    usage error: linearScan needs "h0"
      expected: x, a, h0, axis
      got:      x, a, axis
      at:       test/dsl/misuse.test.ts LINE
      | "linearScan without h0": (x) => js.linearScan!({ x, a: x, axis: "batch" }),
      |                                    ^

    usage error: rmsNorm needs "epsilon"
      expected: epsilon
      got:      none of them
      at:       test/dsl/misuse.test.ts LINE
      | "rmsNorm without an epsilon": (x) => js.rmsNorm!(x, js.at!(x, "batch", 0), {}),
      |                                         ^

    usage error: layerNorm has no option "eps"
      expected: scale, bias, epsilon
      at:       test/dsl/misuse.test.ts LINE
      | "layerNorm with eps": (x) => layers.layerNorm!(x, "model", { eps: 1e-6 }),
      |                                     ^

    shape error: pad: the padding must be given by axis
      expected: { time: [3, 0] }
      got:      1
      at:       test/dsl/misuse.test.ts LINE
      | "pad by a number": (x) => js.pad!(x, 1),
      |                              ^

    trace error: scan: the step returns no carry
      expected: { carry: { ... } }, and output: { ... } for what is stacked
      got:      a list of 2
      at:       test/dsl/misuse.test.ts LINE
      | js.scan!("batch", { h: js.fill!(0, [], "f32") }, { x }, () => [{}, {}]),
      |    ^
      hint:     as in JAX, but by name: [carry, output] is { carry, output }

    shape error: cond: the predicate is no tensor
      expected: one element that the program computes
      got:      true
      at:       test/dsl/misuse.test.ts LINE
      | js.cond!(
      |    ^
      hint:     what is known while the program is traced chooses in JavaScript: if, ?:

    shape error: at: the index is no number
      expected: a whole number, known while the program is traced
      got:      a tensor [] i32
      at:       test/dsl/misuse.test.ts LINE
      | "at by a tensor": (x) => js.at!(x, "batch", js.fill!(0, [], "i32")),
      |                             ^
      hint:     by an index that the program computes: take(x, "batch", index), or gather

    shape error: constant: the data do not fit [model 3] f32
      expected: 3 numbers
      got:      undefined at 1
      at:       test/dsl/misuse.test.ts LINE
      | "constant of nothing": () => js.constant!([1, undefined, 2], [m], "f32"),
      |                                 ^

    trace error: withPrecision: there is no such precision
      expected: default, high, highest
      got:      "hihgest"
      at:       test/dsl/misuse.test.ts LINE
      | "withPrecision of a misspelt one": (x) => js.withPrecision!("hihgest", () => x),
      |                                              ^

    trace error: there is no method "sum"
      got:      x.sum is not a function
      at:       test/dsl/misuse.test.ts LINE
      | "a method of NumPy": (x) => x.sum!(0),
      |                               ^
      hint:     if this is a tensor: sum(x, "axis")"
  `);
});

const bodies: Readonly<Record<string, (x: unknown) => unknown>> = {
  "a tensor": (x) => x,
  "a promise": async (x) => ({ y: await Promise.resolve(x) }),
};

test("a body that returns no record hears what it returned, and a promise is not taken for a record of nothing", () => {
  const said = Object.entries(bodies).map(([, body]) =>
    traceComplaint(() => body(input("x", [b, m], "f32"))),
  );
  expect(said.join("\n\n")).toMatchInlineSnapshot(`
    "trace error: program "test": this is a tensor, and no record of tensors
      got:      [batch 2, model 3] f32
      at:       test/dsl/trace.ts LINE
      | complaint(() => program({ name: "test" }, body as Body));
      |                 ^
      hint:     name it: { y: tensor }

    trace error: program "test": this is a promise, and no record of tensors
      at:       test/dsl/trace.ts LINE
      | complaint(() => program({ name: "test" }, body as Body));
      |                 ^
      hint:     a function that is traced is not async: await what it needs before"
  `);
});

test("an operator of JavaScript on a tensor is an error: it would compare or add what is no number", () => {
  const said = traceComplaint(() =>
    calls["a comparison of JavaScript"]!(input("x", [b, m], "f32") as unknown as Loose),
  );
  expect(said).toMatchInlineSnapshot(`
    "trace error: JavaScript's operators know nothing of tensors
      got:      [batch 2, model 3] f32
      at:       test/dsl/misuse.test.ts LINE
      | "a comparison of JavaScript": (x) => ((x as unknown as number) > 0 ? x : js.neg!(x)),
      |                                        ^
      hint:     the DSL has methods for them: x.add(1), x.mul(y), x.gt(0), and where(x.gt(0), x, y) for a choice"
  `);
  // A text of it is a text as before.
  program({ name: "p" }, () => {
    const x = input("x", [b, m], "f32");
    expect(`${x}`).toBe("[batch 2, model 3] f32");
    return { x };
  });
});

test("a mistake in the author's own code stays what it is", () => {
  const error = errorOf(calls["a method that is none"]!);
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toBe("x.nope is not a function");
});

test("a shape that is none does not stand for another from then on", () => {
  expect(() => tensorType([undefined as never], "f32")).toThrow("no sizes of a tensor: [undefined]");
  expect(() => tensorType(["3" as never], "bf16")).toThrow("no sizes of a tensor: [3]");
  errorOf(calls["input with names for axes"]!);
  expect(tensorType([], "f32").shape).toEqual([]);
  expect(tensorType([3], "bf16").shape).toEqual([3]);
});
