/** @file Calls that TypeScript would refuse, as JavaScript makes them: each is an error by the author's line, and none changes what comes after. */
import { expect, test } from "vitest";
import { input, program } from "../../src/dsl/index.js";
import { tensorType } from "../../src/ir/types.js";
import { GriffinError, type SourcePosition } from "../../src/support/errors.js";
import { traceComplaint } from "./trace.js";
import { b, calls, type Loose, m } from "./wrong-calls.js";

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
  expect(((error as GriffinError).details.where as SourcePosition).file).toMatch(/wrong-calls\.ts$/);
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
      at:       test/dsl/wrong-calls.ts LINE
      | "input of bool": () => loose("y", [b], "bool"),
      |                        ^
      hint:     did you mean i1?

    shape error: this is no axis
      got:      "batch"
      at:       test/dsl/wrong-calls.ts LINE
      | "input with names for axes": () => loose("y", ["batch"], "f32"),
      |                                    ^
      hint:     axes have a name and a size: axis("batch", 2)

    shape error: exponential: the operand is no tensor
      got:      3
      at:       test/dsl/wrong-calls.ts LINE
      | "exp of a number": () => js.exp!(3),
      |                             ^
      hint:     tensors of numbers are made by fill(1, [], "f32") and constant([1, 2], [axis], "f32")

    shape error: add: the other operand is no tensor
      got:      "1"
      at:       test/dsl/wrong-calls.ts LINE
      | "addition of text": (x) => x.add!("1"),
      |                              ^
      hint:     tensors of numbers are made by fill(1, [], "f32") and constant([1, 2], [axis], "f32")

    shape error: sum: an axis is asked for by its name
      expected: "batch", "model"
      got:      0
      at:       test/dsl/wrong-calls.ts LINE
      | "sum over an index": (x) => js.sum!(x, 0),
      |                                ^

    shape error: maximum: an axis is asked for by its name
      expected: "batch", "model"
      got:      a tensor [batch 2, model 3] f32
      at:       test/dsl/wrong-calls.ts LINE
      | "maximum of two": (x) => js.maximum!(x, x),
      |                             ^
      hint:     of two tensors, element by element: x.max(y)

    shape error: dot: an axis is asked for by its name
      expected: "batch", "model"
      got:      nothing
      at:       test/dsl/wrong-calls.ts LINE
      | "dot over nothing": (x) => js.dot!(x, x),
      |                               ^

    shape error: stack: the new axis is asked for by its name alone
      got:      {"name":"layer","size":2}
      at:       test/dsl/wrong-calls.ts LINE
      | "stack along an axis": (x) => js.stack!([x, x], axis("layer", 2)),
      |                                  ^
      hint:     it has as many elements as there are parts: stack(parts, "layer")

    shape error: dot: y is no tensor
      got:      3
      at:       test/dsl/wrong-calls.ts LINE
      | "dot with a number": (x) => js.dot!(x, 3, "model"),
      |                                ^
      hint:     tensors of numbers are made by fill(1, [], "f32") and constant([1, 2], [axis], "f32")"
  `);
});

test("what is said of slips", () => {
  const said = [
    "axis of text",
    "a list destructured",
    "update with another type",
    "sum over a misspelt axis",
    "dot over a misspelt axis",
    "attention of tensors",
    "grad of a tensor",
    "grad by a tensor",
    "grad of what returns nothing",
    "jvp along nothing",
    "op with a misspelt attribute",
  ];
  expect(
    said
      .map((name) => traceComplaint(() => calls[name]!(input("x", [b, m], "f32") as unknown as Loose)))
      .join("\n\n"),
  ).toMatchInlineSnapshot(`
    "shape error: axis "time" has size "3"
      expected: a whole number, 0 or more
      at:       test/dsl/wrong-calls.ts LINE
      | "axis of text": () => axis("time", "3" as never),
      |                       ^

    trace error: JavaScript cannot go through the elements of a tensor, which are known when the program runs
      got:      [batch 2, model 3] f32
      at:       test/dsl/wrong-calls.ts LINE
      | const [first] = x as unknown as Iterable<unknown>;
      |                 ^
      hint:     at(x, "axis", 0) is a part of it; scan("axis", ...) goes through an axis

    trace error: state "s" is updated with elements of another type
      expected: [batch 2, model 3] bf16
      got:      [batch 2, model 3] f32
      at:       test/dsl/wrong-calls.ts LINE
      | (js.state!("s", [b, m], "bf16") as Loose).update!(x);
      |                                           ^
      hint:     convert it: x.to("bf16")

    shape error: sum: there is no axis "modle"
      got:      [batch 2, model 3] f32
      at:       test/dsl/wrong-calls.ts LINE
      | "sum over a misspelt axis": (x) => js.sum!(x, "modle"),
      |                                       ^
      hint:     did you mean model?

    shape error: dot: there is no axis "modle" in x
      at:       test/dsl/wrong-calls.ts LINE
      | "dot over a misspelt axis": (x) => js.dot!(x, x, "modle"),
      |                                       ^
      x: [batch 2, model 3] f32
      y: [batch 2, model 3] f32
      hint:     did you mean model?

    usage error: attention takes its options as an object
      expected: q, k, v, segmentPos, scale, softCap, cache, numTokens, window, axes
      got:      an object of Tensor
      at:       test/dsl/wrong-calls.ts LINE
      | "attention of tensors": (x) => js.attention!(x, x, x),
      |                                   ^

    trace error: grad: what is differentiated is no function
      expected: ({ x }) => loss
      got:      a tensor [] f32
      at:       test/dsl/wrong-calls.ts LINE
      | "grad of a tensor": (x) => js.grad!(js.sum!(x, ["batch", "model"])),
      |                               ^

    trace error: grad: the arguments: this is a tensor, and no record of tensors
      got:      [batch 2, model 3] f32
      at:       test/dsl/wrong-calls.ts LINE
      | "grad by a tensor": (x) => (js.grad!((y: Loose) => js.sum!(y, ["batch", "model"])) as Loose["add"])!(x),
      |                                                                                   ^
      hint:     name it: { y: tensor }

    trace error: grad: the function: "loss" is no tensor
      got:      undefined
      at:       test/dsl/wrong-calls.ts LINE
      | "grad of what returns nothing": (x) => (js.grad!(() => undefined) as Loose["add"])!({ x }),
      |                                                                  ^

    trace error: jvp: the tangents: this is no record of tensors
      got:      undefined
      at:       test/dsl/wrong-calls.ts LINE
      | "jvp along nothing": (x) => js.jvp!((given: object) => given, { x }),
      |                                ^
      hint:     name them: { y: tensor }

    trace error: op: stablehlo.cholesky has no attribute "lowr"
      expected: lower
      at:       test/dsl/wrong-calls.ts LINE
      | js.op!("stablehlo.cholesky", [x], { lowr: true }, { result: { axes: ["i", "j"] } }),
      |    ^
      hint:     did you mean lower?"
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
      at:       test/dsl/wrong-calls.ts LINE
      | "conv without options": (x) => layers.conv!(x, x),
      |                                       ^

    usage error: the window of conv along "batch" takes its options as an object
      expected: kernel, stride, dilation, inputDilation, padding
      got:      3
      at:       test/dsl/wrong-calls.ts LINE
      | layers.conv!(x, x, { over: { batch: 3 }, from: "model", to: "model" }),
      |        ^

    shape error: crossEntropy: targets must hold i32
      expected: [batch 2, model 3] i32
      got:      [batch 2, model 3] f32
      at:       test/dsl/wrong-calls.ts LINE
      | "crossEntropy of floats": (x) => layers.crossEntropy!(x, x, "model"),
      |                                         ^
      hint:     convert it: x.to("i32")

    usage error: linearScan needs "h0"
      expected: x, a, h0, axis
      got:      x, a, axis
      at:       test/dsl/wrong-calls.ts LINE
      | "linearScan without h0": (x) => js.linearScan!({ x, a: x, axis: "batch" }),
      |                                    ^

    usage error: rmsNorm needs "epsilon"
      expected: epsilon
      got:      none of them
      at:       test/dsl/wrong-calls.ts LINE
      | "rmsNorm without an epsilon": (x) => js.rmsNorm!(x, js.at!(x, "batch", 0), {}),
      |                                         ^

    usage error: layerNorm has no option "eps"
      expected: scale, bias, epsilon
      at:       test/dsl/wrong-calls.ts LINE
      | "layerNorm with eps": (x) => layers.layerNorm!(x, "model", { eps: 1e-6 }),
      |                                     ^

    shape error: pad: the padding must be given by axis
      expected: { time: [3, 0] }
      got:      1
      at:       test/dsl/wrong-calls.ts LINE
      | "pad by a number": (x) => js.pad!(x, 1),
      |                              ^

    trace error: scan: the step returns no carry
      expected: { carry: { ... } }, and output: { ... } for what is stacked
      got:      a list of 2
      at:       test/dsl/wrong-calls.ts LINE
      | js.scan!("batch", { h: js.fill!(0, [], "f32") }, { x }, () => [{}, {}]),
      |    ^
      hint:     as in JAX, but by name: [carry, output] is { carry, output }

    shape error: cond: the predicate is no tensor
      expected: one element that the program computes
      got:      true
      at:       test/dsl/wrong-calls.ts LINE
      | js.cond!(
      |    ^
      hint:     what is known while the program is traced chooses in JavaScript: if, ?:

    shape error: at: the index is no number
      expected: a whole number, known while the program is traced
      got:      a tensor [] i32
      at:       test/dsl/wrong-calls.ts LINE
      | "at by a tensor": (x) => js.at!(x, "batch", js.fill!(0, [], "i32")),
      |                             ^
      hint:     by an index that the program computes: take(x, "batch", index), or gather

    shape error: constant: the data do not fit [model 3] f32
      expected: 3 numbers
      got:      undefined at 1
      at:       test/dsl/wrong-calls.ts LINE
      | "constant of nothing": () => js.constant!([1, undefined, 2], [m], "f32"),
      |                                 ^

    usage error: withPrecision: there is no precision "hihgest"
      expected: default, high, highest
      got:      "hihgest"
      at:       test/dsl/wrong-calls.ts LINE
      | "withPrecision of a misspelt one": (x) => js.withPrecision!("hihgest", () => x),
      |                                              ^
      hint:     did you mean highest?

    trace error: there is no method "sum"
      got:      x.sum is not a function
      at:       test/dsl/wrong-calls.ts LINE
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
      at:       test/dsl/wrong-calls.ts LINE
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

test("what has no JSON is told, too", () => {
  expect(errorOf(calls["concat of a big integer"]!)).toMatchObject({
    details: { message: "concat: the tensors must be a list", got: "10" },
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
