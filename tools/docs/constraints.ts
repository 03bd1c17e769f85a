/**
 * @file What ops check of their operands and attributes, found by watching: the checks of every example, and of every program that the
 * tests of constraints keep or break.
 */
import { opDefinitions } from "../../src/ir/ops/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { GriffinError } from "../../src/support/errors.js";
import { families } from "../../test/ir/ops/cases/index.js";
import { examplePrograms } from "../../test/ir/ops/example-programs.js";

/** A constraint: its label, the specification's where it has one, and what must hold. */
export interface Constraint {
  readonly label: string;
  readonly text: string;
}

/** `operands must be of one type, got tensor<2xf32>` without what one program has. */
const rule = (message: string): string => message.replace(/,? (?:but )?got .*$/s, "");

/** An example in generic form, `%0 = "nn.op"(%x, %y) ... : (A, B) -> C`, within a function of its operands. */
function aroundGeneric(example: string): string {
  const [, names = "", types = ""] = /"\(([^)]*)\).*: \((.*)\) ->/s.exec(example) ?? [];
  const typeOf = types.split(/, (?=tensor)/);
  const operands = names.split(", ").map((name, i) => `${name}: ${typeOf[i]}`);
  return `func.func @main(${operands.join(", ")}) {\n${example}\nreturn\n}`;
}

/** Programs that make ops check what they check. */
function programs(): readonly string[] {
  const tried = families.flatMap(({ valid, broken }) => [
    valid,
    ...broken.map(([, ...edits]) => edits.reduce((text, [from, to]) => text.replaceAll(from, to), valid)),
  ]);
  const ofModels = opDefinitions.filter(({ name }) => /^(nn|griffin)\./.test(name));
  return [
    ...examplePrograms.map(([, text]) => text),
    ...ofModels.map(({ example }) => aroundGeneric(example)),
    ...tried,
  ];
}

/** Verifies what may be wrong. */
function tried(text: string): void {
  try {
    verifyModule(parseModule(text));
  } catch (error) {
    if (!(error instanceof GriffinError)) throw error;
  }
}

/** The constraints of each op, in the order of their labels; the texts are those of one program. */
export function findConstraints(): ReadonlyMap<string, readonly Constraint[]> {
  const found = new Map<string, Map<string, string>>(opDefinitions.map(({ name }) => [name, new Map()]));
  const restore: (() => void)[] = [];
  for (const definition of opDefinitions) {
    const { infer } = definition;
    const rules = found.get(definition.name)!;
    const watched: typeof infer = (op) =>
      infer.call(definition, {
        ...op,
        check(condition, label, message) {
          if (!rules.has(label)) rules.set(label, rule(message));
          op.check(condition, label, message);
        },
      });
    Object.assign(definition, { infer: watched });
    restore.push(() => Object.assign(definition, { infer }));
  }
  try {
    for (const text of programs()) tried(text);
  } finally {
    for (const each of restore) each();
  }
  const natural = new Intl.Collator("en", { numeric: true });
  return new Map(
    [...found].map(([name, rules]) => [
      name,
      [...rules].map(([label, text]) => ({ label, text })).sort((a, b) => natural.compare(a.label, b.label)),
    ]),
  );
}
