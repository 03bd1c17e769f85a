/** @file Declares a target, with defaults for what is left out. */
import type { Pipeline } from "../passes/index.js";
import { UsageError } from "../support/errors.js";
import { commonLimits } from "./common-limits.js";
import type { Limit } from "./limits.js";
import { standardPipeline } from "./pipeline.js";
import type { PipelineRequest } from "./pipeline-options.js";
import { type Preferences, plainPreferences } from "./preferences.js";
import type { LoweringRules } from "./rules.js";
import type { Target } from "./target.js";
import type { Topologies } from "./topologies.js";

/** What `defineTarget` is given. */
export interface TargetDefinition {
  readonly name: string;
  /** Default: its name. */
  readonly platforms?: readonly string[];
  /** Default: its name. */
  readonly plugin?: string;
  readonly topologies?: Topologies;
  /** Default: none, so that every model op becomes its meaning. */
  readonly rules?: LoweringRules;
  /** Default: what no plugin takes. */
  readonly limits?: readonly Limit[];
  /** Those that are left out are of a target that nothing is known of. */
  readonly preferences?: Partial<Preferences>;
  /** Default: `standardPipeline` with the preferences. */
  readonly pipeline?: (target: Target, request: PipelineRequest) => Pipeline;
}

/**
 * Declares a target. The value is all there is: hand it to `lowerProgram({ target })`.
 * @throws UsageError for a name of other characters than letters, digits, `_` and `-`: a colon stands between a target and its topology
 */
export function defineTarget(definition: TargetDefinition): Target {
  const {
    name,
    platforms = [name],
    plugin = name,
    topologies,
    rules = {},
    limits = commonLimits,
  } = definition;
  if (!/^[\w-]+$/.test(name)) {
    throw new UsageError({
      message: `a target cannot be called "${name}"`,
      expected: "letters, digits, _ and -",
    });
  }
  const pipeline = definition.pipeline ?? standardPipeline;
  const target: Target = {
    ...{ name, platforms, plugin, topologies, rules, limits },
    preferences: { ...plainPreferences, ...definition.preferences },
    pipeline: (request) => pipeline(target, request),
  };
  return target;
}
