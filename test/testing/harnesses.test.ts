import { describe, expect, it } from "vitest";
import { definePass, type Pass } from "../../src/passes/index.js";
import { dce } from "../../src/passes/dce.js";
import { Builder } from "../../src/ir/builder.js";
import { Emitter } from "../../src/ir/emit.js";
import { walk } from "../../src/ir/operation.js";
import { isOp } from "../../src/ir/ops/index.js";
import { replaceOperation } from "../../src/ir/rewriter.js";
import { defineStrategy } from "../../src/targets/index.js";
import { TestFailure, testModel, testPass, testStrategy } from "../../src/testing/index.js";
import { drift } from "../extension/model.js";

const program = (line: string): string => `func.func @main(%arg0: tensor<3xf32>) -> tensor<3xf32> {
  ${line}
  return %0 : tensor<3xf32>
}`;
const sine = program("%0 = stablehlo.sine %arg0 : tensor<3xf32>");
const cosine = program("%0 = stablehlo.cosine %arg0 : tensor<3xf32>");

/** Makes sines what `name` says. */
const replaceSines = (
  name: "cosine" | "sine" | "negate",
  { after = cosine, counts = true }: { readonly after?: string; readonly counts?: boolean } = {},
): Pass =>
  definePass({
    name: "replace-sines",
    summary: "For tests.",
    example: { before: sine, after },
    run(module, context) {
      for (const operation of [...walk(module)]) {
        if (!isOp(operation, "stablehlo.sine")) continue;
        replaceOperation(operation, [
          new Emitter(Builder.before(operation)).unary(name, operation.operands[0]!),
        ]);
        if (counts) context.count("sines replaced");
      }
    },
  });

describe("testPass", () => {
  it("is content with a pass that does what it says and keeps the meaning", () => {
    testPass(dce, { programs: [sine] });
  });

  it("finds numbers that are off", () => {
    expect(() => testPass(replaceSines("cosine"))).toThrow(
      /^test failure: replace-sines on its example, seed 1: element 0 of result 0 is off\n {2}expected: -?[\d.]+\n {2}got: {6}-?[\d.]+$/,
    );
    testPass(replaceSines("cosine"), { changesInterface: true });
  });

  it("finds an example that is not true, a change that is not counted, and one too many", () => {
    expect(() => testPass(replaceSines("negate"))).toThrow(
      "test failure: the example of replace-sines becomes something else\n  expected:",
    );
    expect(() => testPass(replaceSines("cosine", { counts: false }))).toThrow(
      "replace-sines changes its example, and does not say so\n  expected: context.count(what) for each change",
    );
    expect(() => testPass(replaceSines("sine", { after: sine }))).toThrow(
      "replace-sines changes what it made of its example\n  expected: no change, and none counted, the second time\n  got:      sines replaced: 1",
    );
  });

  it("says which values it has no numbers for", () => {
    const tokens = `func.func @main(%arg0: tensor<2xcomplex<f32>>) -> tensor<2xcomplex<f32>> {
  return %arg0 : tensor<2xcomplex<f32>>
}`;
    expect(() => testPass(dce, { programs: [tokens] })).toThrow(
      "there are no random numbers of tensor<2xcomplex<f32>>\n  expected: tensors of known shape, of floats, integers or booleans",
    );
  });
});

describe("testStrategy", () => {
  const uses = () => ({ operands: [{ shape: [3], low: -3, high: 3 }] });
  const softplus = (lower: Parameters<typeof defineStrategy>[0]["lower"]) =>
    defineStrategy({ op: "nn.softplus", name: "mine", lower: lower as never });

  it("finds numbers that are off, with the use and its seed", () => {
    const relu = softplus((e, { operands: [x] }) => [e.clamp(0, x!, 1e9)]);
    expect(() => testStrategy(relu, { uses })).toThrow(
      /^test failure: nn.softplus by mine, seed 1, \[3xf32\] \{\}: element \d of result 0 is off/,
    );
  });

  it("finds a strategy that leaves uses, unless it may, or lowers none", () => {
    const none = softplus(() => undefined);
    expect(() => testStrategy(none, { uses })).toThrow(
      "nn.softplus by mine, seed 1, [3xf32] {}: it is left\n  hint:     say mayLeave: true where it may be",
    );
    expect(() => testStrategy(none, { uses, mayLeave: true, runs: 2 })).toThrow(
      "test failure: mine lowers none of 2 uses of nn.softplus",
    );
  });

  it("finds another number of values", () => {
    expect(() =>
      testStrategy(
        softplus(() => []),
        { uses },
      ),
    ).toThrow(
      "mine gives another number of values than nn.softplus has results\n  expected: 1\n  got:      0",
    );
  });
});

describe("testModel", () => {
  it("is content with a model whose programs agree", async () => {
    await testModel(drift, { time: 6 });
  });

  it("finds a program that does not give what the whole text gives", async () => {
    const small = drift.presets["drift-small"]!;
    const program: typeof small.program = (key) =>
      small.program(key.kind === "go_on" ? { ...key, kind: "read" } : key);
    const forgetful = { ...drift, presets: { small: { ...small, program } } };
    await expect(testModel(forgetful as never, { time: 6 })).rejects.toThrow(
      /^test failure: go_on of 1 more tokens: logit \d+ after token 3 is not that of the whole text/,
    );
    await expect(testModel(forgetful as never, { time: 6 })).rejects.toThrow(TestFailure);
  });

  it("finds logits that are none, on which all programs agree", async () => {
    const small = drift.presets["drift-small"]!;
    const nowhere = { ...small, formula: () => ({ offset: Number.NaN, scale: 0 }) };
    await expect(testModel({ ...drift, presets: { nowhere } } as never, { time: 6 })).rejects.toThrow(
      "test failure: logit 0 after token 0 of the whole text is NaN\n  expected: numbers",
    );
  });

  it("asks for a preset that there is, and a text that can be cut", async () => {
    await expect(testModel(drift, { preset: "drift-smal" })).rejects.toThrow(
      'usage error: model drift has no preset "drift-smal"\n  hint:     did you mean drift-small?',
    );
    await expect(testModel(drift, { time: 4 })).rejects.toThrow(
      "the text is too short\n  expected: time: 5 or more",
    );
  });
});
