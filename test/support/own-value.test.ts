/** Words of others, looked up in tables of ours: what every object inherits is in none of them. */
import { describe, expect, test } from "vitest";
import { findTensorRule } from "../../src/ir/interpret/interpreter.js";
import { reasonNotInterpreted } from "../../src/ir/interpret/rules.js";
import { parseModule } from "../../src/ir/text/index.js";
import { decomposeChlo } from "../../src/lowering/chlo/index.js";
import { parsePipeline, PassRegistry, runPipeline, standardPasses } from "../../src/passes/index.js";
import { ownValue } from "../../src/support/own-value.js";

describe.each(["constructor", "toString", "valueOf", "hasOwnProperty", "__proto__"])("%s", (word) => {
  test("is nothing of a table that does not have it", () => {
    expect(ownValue({ a: 1 }, word)).toBeUndefined();
    expect(ownValue(Object.fromEntries([[word, 1]]), word)).toBe(1);
  });

  test("is no op that the interpreter has a rule for, or a reason not to have one", () => {
    expect(findTensorRule(word)).toBeUndefined();
    expect(reasonNotInterpreted(word)).toBe(`unknown op ${word}`);
  });

  test("as an unknown op it is neither lowered nor refined", () => {
    const text = `func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = "${word}"(%x) : (tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}`;
    const module = parseModule(text, { allowUnknownOps: true });
    expect(decomposeChlo(module)).toBe(0);
    const refine = parsePipeline('refine-shapes{inputs="tensor<4xf32>"}', new PassRegistry(standardPasses));
    expect(() => runPipeline(module, refine)).toThrow(`the shape of what ${word} makes depends on data`);
  });
});
