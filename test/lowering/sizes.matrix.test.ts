import { expect, test } from "vitest";
import { opDefinitions } from "../../src/ir/ops/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { runPipeline } from "../../src/passes/index.js";
import { GriffinError } from "../../src/support/errors.js";
import { cpu } from "../../src/targets/cpu.js";
import { lowerModelOps } from "../../src/targets/lower-model-ops.js";
import { tpu } from "../../src/targets/tpu/index.js";

const examples = opDefinitions
  .filter(({ name }) => /^(?:nn|griffin)\./.test(name))
  .map(({ name, example }) => [name, example] as const);

/** A function of an example's operands: `%0 = "nn.x"(%a, %b) ... : (A, B) -> C`. */
function programOf(example: string): string {
  const [, operands, types] = /\(([^)]*)\).* : \(([^)]*)\) ->/.exec(example)!;
  const names = operands!.split(", ");
  const typeOf = types!.split(", ");
  const parameters = names.map((name, i) => `${name}: ${typeOf[i]}`).join(", ");
  return `func.func @main(${parameters}) {\n  ${example}\n  return\n}`;
}

/** The same with one or two of its sizes others, wherever they stand. */
function* resized(text: string): Generator<string> {
  const sizes = [...new Set([...text.matchAll(/(?<=[<x])\d+(?=x)/g)].map(([size]) => size))];
  const put = (from: string, to: number, into: string): string =>
    into.replace(new RegExp(`(?<=[<x])${from}(?=x)`, "g"), `${to}`);
  for (const to of [0, 1])
    for (const one of sizes) for (const other of sizes) yield put(other, to, put(one, to, text));
}

function isValid(text: string): boolean {
  try {
    verifyModule(parseModule(text));
    return true;
  } catch (error) {
    if (error instanceof GriffinError) return false;
    throw error;
  }
}

test.each(examples)("%s of axes that are empty, or of size 1, is lowered where it is valid", (_, example) => {
  const valid = [...new Set(resized(programOf(example)))].filter(isValid);
  expect(valid.length).toBeGreaterThan(1);
  for (const text of valid)
    for (const target of [cpu, tpu]) {
      const module = parseModule(text);
      runPipeline(module, [lowerModelOps(target)]);
      expect(() => verifyModule(module), text).not.toThrow();
    }
});
