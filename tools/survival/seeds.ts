/** @file The texts that programs of the survival tier are made from. Every op that a plugin may be given is in one of them (test/tools/survival). */
import { opDefinitions } from "../../src/ir/ops/index.js";
import { families } from "../../test/ir/ops/cases/index.js";
import { program } from "../../test/ir/ops/cases/case.js";
import { examplePrograms } from "../../test/ir/ops/example-programs.js";

/** Dialects of interpreters and tests: no plugin has their ops. */
const isForPlugins = (name: string): boolean => !/^(?:check|interpreter)\./.test(name);

/** The example of a model op, on arguments of the types that it says: `%0 = "nn.x"(%a, %b) ... : (A, B) -> C`. */
function modelProgram(example: string): string {
  const [, operands = "", types = ""] = /\(([^)]*)\).* : \(([^)]*)\) ->/.exec(example) ?? [];
  const typeOf = types.split(", ");
  const parameters = operands.split(", ").map((name, i) => `${name}: ${typeOf[i]}`);
  return program(parameters.join(", "), `  ${example}`);
}

/** What each op's tests call valid, and every op's example. */
export const seedTexts = (): readonly string[] => [
  ...families.map(({ valid }) => valid),
  ...examplePrograms.filter(([name]) => isForPlugins(name)).map(([, text]) => text),
  ...opDefinitions
    .filter(({ name }) => /^(?:nn|griffin)\./.test(name))
    .map(({ example }) => modelProgram(example)),
];
