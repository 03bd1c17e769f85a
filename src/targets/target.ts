/** @file What a target is: where programs run, in one place; its names, its fast forms of model ops, its limits, its pipeline. */
import type { Pipeline } from "../passes/index.js";
import { InternalError } from "../support/errors.js";
import { commonLimits, type Limit } from "./limits.js";
import type { PipelineRequest } from "./options.js";
import { standardPipeline } from "./pipeline.js";
import { type Preferences, plainPreferences } from "./preferences.js";
import type { LoweringRules } from "./rules.js";
import type { Topologies } from "./topologies.js";

/** A kind of devices that programs are lowered for. Made by `defineTarget`. */
export interface Target {
  /** As people and artifacts name it: `tpu`. */
  readonly name: string;
  /** What PJRT clients of it call their platform; `resolveTarget` takes these names too. */
  readonly platforms: readonly string[];
  /** The plugin that compiles for it, as `findPlugin` takes it. */
  readonly plugin: string;
  /** Devices that it can describe without having them; absent when it compiles for those that are there. */
  readonly topologies: Topologies | undefined;
  /** Its fast forms of model ops; an op without one, or whose rule gives undefined, becomes its meaning. */
  readonly rules: LoweringRules;
  /** What its plugin is known to reject, or to abort on. */
  readonly limits: readonly Limit[];
  readonly preferences: Preferences;
  /** The passes from a traced program to StableHLO. */
  pipeline(request: PipelineRequest): Pipeline;
}

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

/** Declares a target. The value is all there is: hand it to `lowerProgram({ target })`. @throws InternalError for a name with a colon */
export function defineTarget(definition: TargetDefinition): Target {
  const {
    name,
    platforms = [name],
    plugin = name,
    topologies,
    rules = {},
    limits = commonLimits,
  } = definition;
  if (!/^[\w-]+$/.test(name)) throw new InternalError(`a target cannot be called "${name}"`);
  const pipeline = definition.pipeline ?? standardPipeline;
  const target: Target = {
    ...{ name, platforms, plugin, topologies, rules, limits },
    preferences: { ...plainPreferences, ...definition.preferences },
    pipeline: (request) => pipeline(target, request),
  };
  return target;
}
