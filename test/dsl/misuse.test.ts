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
  expect((error as Error).message).toMatch(/^(?:shape|trace) error: /);
  expect(((error as GriffinError).details.where as SourcePosition).file).toMatch(/misuse\.test\.ts$/);
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

    trace error: dot is given something that it does not take
      got:      Cannot read properties of undefined (reading 'map')
      at:       test/dsl/misuse.test.ts LINE
      | "dot with a number": (x) => js.dot!(x, 3, "model"),
      |                                ^
      hint:     TypeScript would say which argument: // @ts-check makes editors look at JavaScript too"
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
