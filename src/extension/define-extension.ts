/** @file An extension: all that a package adds to this one, as one value that is handed in where it is to be known. */
import type { ModelDefinition } from "../model/index.js";
import { UsageError } from "../support/errors.js";
import type { LoweringExtension } from "../targets/index.js";
import { checkOptions } from "../support/options.js";

/** What a package adds: to the lowering of programs, and models. Made by `defineExtension`. */
export interface Extension extends LoweringExtension {
  /** Models that checkpoints, artifacts and presets may be of. */
  readonly models: readonly ModelDefinition[];
}

/** What `defineExtension` is given: all but the name may be left out. */
export type ExtensionDefinition = Pick<Extension, "name"> & Partial<Omit<Extension, "name">>;

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
