/** @file Declares a target, with defaults for what is left out. */
import { UsageError } from "../support/errors.js";
import type { Interface } from "../program/index.js";
import type { CompilerFlags } from "../support/compiler-flags.js";
import { commonLimits } from "./common-limits.js";
import type { Limit } from "./limits.js";
import { standardStages } from "./pipeline.js";
import type { PipelineRequest } from "./pipeline-options.js";
import { type Preferences, plainPreferences } from "./preferences.js";
import type { LoweringRules } from "./rules.js";
import type { Stage } from "./stages.js";
import type { Target } from "./target.js";
import type { Topologies } from "./topologies.js";
import { type OptionNames, checkOptions } from "../support/options.js";
import { checkMembers } from "../support/members.js";
import { findOp, opNames } from "../ir/ops/index.js";
import { didYouMean } from "../support/suggest.js";

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
  /** Flags for its compiler, by what a lowered program takes and gives. Default: none. */
  readonly compilerFlags?: (program: Interface) => CompilerFlags;
  /** Default: `standardStages` with the preferences. */
  readonly stages?: (target: Target, request: PipelineRequest) => readonly Stage[];
}

export const TARGET_DEFINITION: OptionNames<TargetDefinition> = {
  name: true,
  platforms: true,
  plugin: true,
  topologies: true,
  rules: true,
  limits: true,
  preferences: true,
  compilerFlags: true,
  stages: true,
};

/** Complains of rules for what is no op, which nothing would ask, and of what is no rule. */
function checkRules(target: string, rules: LoweringRules): void {
  for (const [op, rule] of Object.entries(rules)) {
    if (findOp(op) === undefined) {
      throw new UsageError({
        message: `the rules of target "${target}" are for "${op}", which is no op`,
        hint: didYouMean(op, opNames),
      });
    }
    if (rule !== undefined)
      checkMembers(`target "${target}"`, `rule of ${op}`, rule, { name: "text", lower: "function" });
  }
}

/**
 * Declares a target. The value is all there is: hand it to `lowerProgram({ target })`.
 * @throws UsageError for a name of other characters than letters, digits, `_` and `-`: a colon stands between a target and its topology
 */
export function defineTarget(definition: TargetDefinition): Target {
  checkOptions("defineTarget", definition, TARGET_DEFINITION);
  const {
    name,
    platforms = [name],
    plugin = name,
    topologies,
    rules = {},
    limits = commonLimits,
    compilerFlags = () => ({}),
  } = definition;
  checkMembers("defineTarget", "definition", definition, {
    name: "text",
    platforms: "list?",
    plugin: "text?",
    rules: "object?",
    limits: "list?",
    preferences: "object?",
    compilerFlags: "function?",
    stages: "function?",
  });
  checkRules(name, rules);
  if (!/^[\w-]+$/.test(name)) {
    throw new UsageError({
      message: `a target cannot be called "${name}"`,
      expected: "letters, digits, _ and -",
    });
  }
  const stages = definition.stages ?? standardStages;
  const target: Target = {
    ...{ name, platforms, plugin, topologies, rules, limits, compilerFlags },
    preferences: { ...plainPreferences, ...definition.preferences },
    stages: (request) => stages(target, request),
  };
  return target;
}
