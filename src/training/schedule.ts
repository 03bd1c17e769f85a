/** @file Learning rates as functions of the step, computed on the device: a program is the same at every step. */
import { cos, fill, select } from "../dsl/index.js";
import { checkCount, checkRate } from "./errors.js";
import type { Scalar } from "./tensors.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** The learning rate of the update before which `step` others were made (0 at the first one). */
export type Schedule = (step: Scalar) => Scalar;

/** The same rate at every step. @throws TrainingError for a rate below 0 */
export function constantRate(rate: number): Schedule {
  checkRate("constantRate", rate);
  return () => fill(rate, [], "f32");
}

/** How a rate falls along half a wave of a cosine. */
export interface CosineOptions {
  /** The rate of the first step. */
  readonly peak: number;
  /** After so many steps the rate is `end`, and stays so. */
  readonly steps: number;
  /** Default: 0. */
  readonly end?: number;
}

export const COSINE_OPTIONS: OptionNames<CosineOptions> = {
  peak: true,
  steps: true,
  end: true,
};

/** end + (peak - end) (1 + cos(pi min(step, steps) / steps)) / 2. @throws TrainingError for rates below 0, or no steps */
export function cosineRate(options: CosineOptions): Schedule {
  checkOptions("cosineRate", options, COSINE_OPTIONS);
  const { peak, steps, end = 0 } = options;
  checkRate("cosineRate: peak", peak);
  checkRate("cosineRate: end", end);
  checkCount("cosineRate: steps", steps);
  return (step) => {
    const angle = step.min(steps).mul(Math.PI / steps);
    return cos(angle)
      .add(1)
      .mul((peak - end) / 2)
      .add(end);
  };
}

/** How a rate rises before another schedule begins. */
export interface WarmupOptions {
  /** The rate of the first step. Default: 0. */
  readonly from?: number;
  /** The rate after `steps` steps, with which `then` should begin. */
  readonly peak: number;
  readonly steps: number;
  /** What follows; its step 0 is the first one after the rise. Default: `peak` for ever. */
  readonly then?: Schedule;
}

export const WARMUP_OPTIONS: OptionNames<WarmupOptions> = {
  from: true,
  peak: true,
  steps: true,
  // biome-ignore lint/suspicious/noThenProperty: the name of an option
  then: true,
};

/** from + (peak - from) step / steps, then another schedule. @throws TrainingError for rates below 0, or no steps */
export function warmupRate(options: WarmupOptions): Schedule {
  checkOptions("warmupRate", options, WARMUP_OPTIONS);
  const { from = 0, peak, steps, then } = options;
  checkRate("warmupRate: from", from);
  checkRate("warmupRate: peak", peak);
  checkCount("warmupRate: steps", steps);
  const following = then ?? constantRate(peak);
  return (step) => {
    const rising = step.mul((peak - from) / steps).add(from);
    return select(step.lt(steps), rising, following(step.sub(steps).max(0)));
  };
}
