/** @file The pipeline of a program: its target's stages, and those that extensions add. */
import type { Pipeline } from "../passes/index.js";
import type { LoweringOptions } from "./options.js";
import { defaultTarget, resolveTarget } from "./resolve.js";
import { withStages } from "./stages.js";

/**
 * The passes from a traced program to StableHLO.
 * @param time tokens that the program reads of each sequence
 * @throws UsageError for an unknown target or strategy, and for a stage that has no place
 */
export function pipelineFor({ extensions = [], ...options }: LoweringOptions, time: number): Pipeline {
  const { target } = resolveTarget(options.target ?? defaultTarget, extensions);
  const strategies = extensions.flatMap((extension) => extension.strategies);
  const added = extensions.flatMap((extension) => extension.stages);
  return withStages(target.stages({ ...options, strategies, time }), added, target.name).flatMap(
    ({ steps }) => steps,
  );
}
