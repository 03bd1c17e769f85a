/** @file An extension: all that a package adds to this one, as one value that is handed in where it is to be known. */
import type { ModelDefinition } from "../model/index.js";
import { UsageError } from "../support/errors.js";
import type { LoweringExtension } from "../targets/index.js";
import { checkOptions } from "../support/options.js";
import { checkMembers, type Members } from "../support/members.js";

/** What a package adds: to the lowering of programs, and models. Made by `defineExtension`. */
export interface Extension extends LoweringExtension {
  /** Models that checkpoints, artifacts and presets may be of. */
  readonly models: readonly ModelDefinition[];
}

/** What `defineExtension` is given: all but the name may be left out. */
export type ExtensionDefinition = Pick<Extension, "name"> & Partial<Omit<Extension, "name">>;

const MEMBERS = {
  name: "text",
  dialects: "list?",
  passes: "list?",
  strategies: "list?",
  stages: "list?",
  targets: "list?",
  models: "list?",
} as const;

/** What each thing that an extension adds must hold: a pass among strategies, say, would be found by nobody. */
const PARTS: Readonly<Record<Exclude<keyof typeof MEMBERS, "name">, Members>> = {
  dialects: { name: "text", ops: "list" },
  passes: { name: "text", with: "function" },
  strategies: { name: "text", op: "object", lower: "function" },
  stages: { name: "text", steps: "list" },
  targets: { name: "text", rules: "object", stages: "function" },
  models: { name: "text", configure: "function" },
};

function checkParts(definition: ExtensionDefinition): void {
  for (const list of Object.keys(PARTS) as readonly (keyof typeof PARTS)[])
    for (const part of definition[list] ?? [])
      checkMembers(`extension "${definition.name}"`, `one of its ${list}`, part, PARTS[list]);
}

/**
 * Declares an extension. The value is all there is: hand it to `lowerProgram`, `compile`, `load` and the like as `extensions: [mine]`, or
 * name its module to a command by `--load`. Nothing is registered, so that other programs of the process do not see it.
 * @throws UsageError for a name of other characters than those of packages
 */
export function defineExtension(definition: ExtensionDefinition): Extension {
  checkOptions("defineExtension", definition, {
    name: true,
    dialects: true,
    passes: true,
    strategies: true,
    stages: true,
    targets: true,
    models: true,
  });
  checkMembers("defineExtension", "definition", definition, MEMBERS);
  checkParts(definition);
  const { name } = definition;
  if (!/^[@\w][\w./-]*$/.test(name)) {
    throw new UsageError({
      message: `an extension cannot be called "${name}"`,
      expected: "the name of its package, e.g. my-kernels",
    });
  }
  return {
    dialects: [],
    passes: [],
    strategies: [],
    stages: [],
    targets: [],
    models: [],
    ...definition,
  };
}
