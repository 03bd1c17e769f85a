/** @file The pipeline of a program: its target's stages, and those that extensions add. */
import type { Pipeline } from "../passes/index.js";
import { checkExtensions } from "./extension.js";
import { type LoweringOptions, LOWERING_OPTIONS } from "./options.js";
import { defaultTarget, resolveTarget } from "./resolve.js";
import { withStages } from "./stages.js";
import { checkOptions } from "../support/options.js";

/**
 * The passes from a traced program to StableHLO.
 * @param time tokens that the program reads of each sequence
 * @throws UsageError for an unknown target or strategy, and for a stage that has no place
 */
export function pipelineFor(options: LoweringOptions, time: number): Pipeline {
  checkOptions("pipelineFor", options, LOWERING_OPTIONS);
  checkExtensions(options.extensions);
  const { extensions = [], target: wanted = defaultTarget, ...asked } = options;
  const { target } = resolveTarget(wanted, extensions);
  const strategies = extensions.flatMap((extension) => extension.strategies);
  const added = extensions.flatMap((extension) => extension.stages);
  return withStages(target.stages({ ...asked, strategies, time }), added, target.name).flatMap(
    ({ steps }) => steps,
  );
}
