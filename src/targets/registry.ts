/** @file All passes that there are: those on every program, those that lower, those that lower for a target, and those of extensions. */
import { loweringPasses } from "../lowering/passes.js";
import { PassRegistry, standardPasses } from "../passes/registry.js";
import { UsageError } from "../support/errors.js";
import { decomposeAddedPass } from "./decompose-added.js";
import type { LoweringExtension } from "./extension.js";
import { lowerByStrategyPass } from "./lower-by-strategy.js";
import { lowerModelOpsPass } from "./lower-model-ops.js";
import { targetsWith } from "./resolve.js";

/**
 * The passes of this package and of extensions, by which pipelines are read.
 * @throws UsageError for two passes of a name
 */
export function passesWith(extensions: readonly LoweringExtension[]): PassRegistry {
  const targets = targetsWith(extensions);
  const strategies = extensions.flatMap((extension) => extension.strategies);
  const own = [
    ...standardPasses,
    ...loweringPasses,
    decomposeAddedPass(targets, strategies),
    lowerModelOpsPass(targets, strategies),
    lowerByStrategyPass(strategies),
  ];
  const names = new Map(own.map(({ name }) => [name, "stablegriffin"]));
  for (const { name: extension, passes } of extensions)
    for (const { name } of passes) {
      const other = names.get(name);
      if (other !== undefined)
        throw new UsageError({
          message: `two passes are called ${name}`,
          expected: "a name that no other pass has",
          got: `passes of ${other} and ${extension}`,
        });
      names.set(name, extension);
    }
  return new PassRegistry([...own, ...extensions.flatMap(({ passes }) => passes)]);
}

/** The passes of this package alone. */
export const allPasses: PassRegistry = passesWith([]);
