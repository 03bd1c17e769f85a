/** @file How a program is lowered: for which target, and what may be asked for, whatever the target. */
import type { LoweringExtension } from "./extension.js";
import { type PipelineOptions, PIPELINE_OPTIONS } from "./pipeline-options.js";
import type { Target } from "./target.js";
import { type OptionNames, pickOptions, withoutOptions } from "../support/options.js";

/** Where programs run: a target; a name (`cpu`, `cuda`, `tpu:v5e:2x2`); a PJRT client, which says what its platform is. */
export type TargetLike = Target | string | { readonly platformName: string };

/** How a program is lowered. */
export interface LoweringOptions extends PipelineOptions {
  /** Default: `cpu`; where programs are compiled for a client, the client's. */
  readonly target?: TargetLike | undefined;
  /** Whose strategies, stages and targets there are beside this package's. */
  readonly extensions?: readonly LoweringExtension[] | undefined;
}

export const LOWERING_OPTIONS: OptionNames<LoweringOptions> = {
  ...PIPELINE_OPTIONS,
  target: true,
  extensions: true,
};

/** Of those who decide by themselves whether a program is prepared. */
export const LOWERING_WITHOUT_PREPARE = withoutOptions(LOWERING_OPTIONS, "prepare");

/** What of larger options says how programs are lowered. */
export const loweringOf = (given: LoweringOptions): LoweringOptions => pickOptions(given, LOWERING_OPTIONS);
