/** @file What a target is: where programs run, in one place; its names, its fast forms of model ops, its limits, the stages of its pipeline. */
import type { Interface } from "../program/index.js";
import type { CompilerFlags } from "../support/compiler-flags.js";
import type { Limit } from "./limits.js";
import type { PipelineRequest } from "./pipeline-options.js";
import type { Preferences } from "./preferences.js";
import type { LoweringRules } from "./rules.js";
import type { Stage } from "./stages.js";
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
  /**
   * What its plugin is known to reject, or to abort on: `cost` refuses it for any target. `runProgram` and self checks are given a client and
   * no target, and refuse what the package's target for the client's platform refuses (`verifyForClient`).
   */
  readonly limits: readonly Limit[];
  readonly preferences: Preferences;
  /** What its compiler is asked for a program beside the text; compilers that do not know a flag are not given it. */
  compilerFlags(program: Interface): CompilerFlags;
  /** The passes from a traced program to StableHLO, in stages beside which extensions put theirs. */
  stages(request: PipelineRequest): readonly Stage[];
}
