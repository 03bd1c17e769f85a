/** @file Which program draws what options ask for. */
import { biasOf, isGreedy, type SamplingOptions, samplingParts } from "../tokens/index.js";
import type { ProgramSet } from "./program-set.js";
import type { SamplerKey } from "./sampler-key.js";
import { SAMPLING_OPTIONS } from "../tokens/sampling-options.js";
import type { OptionNames } from "../support/options.js";

/** How tokens are chosen, and what is told of them. */
export interface ChooseOptions extends SamplingOptions {
  /** Tells the logarithm of each token's probability, and of so many best tokens beside it, 0 to 20; default: none. */
  readonly logprobs?: number | undefined;
}

export const CHOOSE_OPTIONS: OptionNames<ChooseOptions> = {
  ...SAMPLING_OPTIONS,
  logprobs: true,
};

/**
 * The parts of the program that draws; undefined where each token is the best one, which the model's programs give themselves.
 * @param isHeld whether each step says which tokens rows may have
 * @throws UsageError for options out of range, whoever draws
 */
export function samplerFor(
  { generation: { vocabSize } }: Pick<ProgramSet, "generation">,
  batch: number,
  options: ChooseOptions,
  isHeld: boolean,
): SamplerKey | undefined {
  if (isGreedy(options) && options.logprobs === undefined && !isHeld) return undefined;
  biasOf(options, vocabSize);
  const logprobs = options.logprobs === undefined ? undefined : Math.min(options.logprobs, vocabSize);
  return { batch, logprobs, allowed: isHeld, ...samplingParts(options) };
}
