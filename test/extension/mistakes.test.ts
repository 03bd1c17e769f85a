/** What an author of an extension or of a program hands in by mistake: an error that says what it must be, where TypeScript is not there to. */
import { expect, test } from "vitest";
import { compile, exportProgram, lowerProgram, stablehloText } from "stablegriffin";
import { axis, fill, program, spec } from "stablegriffin/dsl";
import { defineExtension, defineStrategy } from "stablegriffin/extension";
import { defineDialect, defineOp, operand } from "stablegriffin/ir";
import { defineModel } from "stablegriffin/model";
import { definePass } from "stablegriffin/passes";
import { defineTarget } from "stablegriffin/targets";
import { testModel, testPass, testStrategy } from "stablegriffin/testing";

type Loose = (...given: unknown[]) => unknown;
const js = Object.fromEntries(
  Object.entries({
    ...{ compile, exportProgram, lowerProgram, stablehloText, program, defineExtension, defineStrategy },
    ...{ defineDialect, defineOp, operand, defineModel, definePass, defineTarget },
    ...{ testModel, testPass, testStrategy },
  }).map(([name, call]) => [name, call as Loose]),
) as Readonly<Record<string, Loose>>;

const traced = program({ name: "p", inputs: { x: spec([axis("a", 2)], "f32") } }, ({ x }) => ({ y: x }));
const op = { name: "a.b", summary: "s", operands: [], attributes: {}, traits: [], infer: () => [] };
const strategy = { op: "nn.linear_scan", name: "mine", lower: () => undefined };
const on = "interpreter";

const calls: readonly (readonly [said: string, call: () => unknown])[] = [
  ["defineOp takes another kind of definition", () => js.defineOp!()],
  ['defineOp takes another kind of "name"', () => js.defineOp!({})],
  ['defineOp takes another kind of "infer"', () => js.defineOp!({ ...op, infer: undefined })],
  ['an op cannot be called "b"', () => js.defineOp!({ ...op, name: "b" })],
  [
    'defineOp of a.b takes another kind of "types"',
    () => js.defineOp!({ ...op, operands: [js.operand!("x")] }),
  ],
  ['defineDialect takes another kind of "name"', () => js.defineDialect!({})],
  ["defineExtension takes another kind of definition", () => js.defineExtension!()],
  ['defineExtension takes another kind of "name"', () => js.defineExtension!({})],
  [
    'defineExtension takes another kind of "passes"',
    () => js.defineExtension!({ name: "k", passes: strategy }),
  ],
  [
    'extension "k" takes another kind of "with"',
    () => js.defineExtension!({ name: "k", passes: [js.defineStrategy!(strategy)] }),
  ],
  [
    'extension "k" takes another kind of "steps"',
    () => js.defineExtension!({ name: "k", stages: [{ name: "s", before: "decompose" }] }),
  ],
  ['defineStrategy takes another kind of "name"', () => js.defineStrategy!({})],
  [
    'defineStrategy "mine": there is no such op',
    () => js.defineStrategy!({ ...strategy, op: "nn.linear_scam" }),
  ],
  [
    'defineStrategy takes another kind of "lower"',
    () => js.defineStrategy!({ ...strategy, lower: undefined }),
  ],
  ['definePass takes another kind of "name"', () => js.definePass!({})],
  [
    'definePass of p takes another kind of "after"',
    () => js.definePass!({ name: "p", summary: "s", example: { before: "" }, run: () => undefined }),
  ],
  ['defineTarget takes another kind of "name"', () => js.defineTarget!({})],
  [
    'the rules of target "t" are for "nn.rotry", which is no op',
    () => js.defineTarget!({ name: "t", rules: { "nn.rotry": { name: "x", lower: () => [] } } }),
  ],
  [
    'target "t" takes another kind of rule of nn.rotary',
    () => js.defineTarget!({ name: "t", rules: { "nn.rotary": () => [] } }),
  ],
  ["defineModel takes another kind of definition", () => js.defineModel!()],
  ['defineModel takes another kind of "name"', () => js.defineModel!({})],
  ["testPass takes another kind of pass", () => js.testPass!("cse")],
  [
    'testStrategy takes another kind of "uses"',
    () => js.testStrategy!(js.defineStrategy!(strategy), { uses: [] }),
  ],
  ["testModel takes another kind of model", () => js.testModel!()],
  ["compile takes a traced program", () => js.compile!()],
  ["compile takes a traced program", () => js.compile!(() => ({}))],
  ["compile takes a traced program", () => js.compile!(Promise.resolve(traced))],
  ['compile: there is no states "out"', () => js.compile!(traced, { on, states: "out" })],
  ["lowerProgram takes a traced program", () => js.lowerProgram!(undefined)],
  ["extensions takes another kind of value", () => js.lowerProgram!(traced, { extensions: strategy })],
  [
    'extensions takes another kind of "dialects"',
    () => js.lowerProgram!(traced, { extensions: [{ name: "k" }] }),
  ],
  ["stablehloText takes a lowered program", () => js.stablehloText!(traced)],
  ["exportProgram takes another kind of path", () => js.exportProgram!(traced)],
  ['program takes another kind of "name"', () => js.program!({}, () => ({}))],
  ["program takes another kind of body", () => js.program!({ name: "p" })],
  ['program: there is no state "keep"', () => js.program!({ name: "p", state: "keep" }, () => ({}))],
  ['program: there is no precision "f32"', () => js.program!({ name: "p", precision: "f32" }, () => ({}))],
  [
    "program takes another parameterType",
    () => js.program!({ name: "p", parameterType: "float32" }, () => ({})),
  ],
  [
    '"x" of program "p" takes another kind of "axes"',
    () => js.program!({ name: "p", inputs: { x: axis("a", 2) } }, () => ({})),
  ],
  [
    'program "p": this is a list, and no record of tensors',
    () => js.program!({ name: "p" }, () => [fill(0, [], "f32")]),
  ],
];

test.each(calls)("%s", async (said, call) => {
  await expect((async () => call())()).rejects.toThrow(said);
});

test("what the errors look like", () => {
  const text = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      return (error as Error).message.replace(/\S*(mistakes\.test\.ts):\d+:\d+/, "$1 LINE");
    }
    return "nothing is wrong";
  };
  expect(
    [
      text(() => js.defineOp!({ ...op, infer: undefined })),
      text(() => js.defineStrategy!({ ...strategy, op: "nn.linear_scam" })),
      text(() => js.program!({ name: "p", state: "start" }, () => ({}))),
      text(() => js.lowerProgram!(() => ({}))),
      text(() => js.stablehloText!(traced)),
    ].join("\n\n"),
  ).toMatchInlineSnapshot(`
    "usage error: defineOp takes another kind of "infer"
      expected: a function
      got:      undefined

    usage error: defineStrategy "mine": there is no such op
      expected: a model op by its name, nn.linear_scan say, or the declaration of an op of one's own
      got:      "nn.linear_scam"
      hint:     did you mean nn.linear_scan?

    usage error: program: there is no state "start"
      expected: carried, started, dropped
      got:      "start"
      at:       mistakes.test.ts LINE
      | text(() => js.program!({ name: "p", state: "start" }, () => ({}))),
      |               ^

    usage error: lowerProgram takes a traced program
      expected: what program(...) gives
      got:      a function
      hint:     trace it: program({ name: "mine" }, body)

    usage error: stablehloText takes a lowered program
      expected: what lowerProgram gives
      got:      a program that is not lowered
      hint:     lower it: lowerProgram(program, { target })"
  `);
});
