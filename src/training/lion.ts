/** @file Lion: the sign of a mean of gradients, one tensor kept for each parameter (arXiv 2302.06675, algorithm 2). */
import { sign } from "../dsl/index.js";
import { checkDecay, checkRate, checkSchedule } from "./errors.js";
import type { Optimizer } from "./optimizer.js";
import type { Schedule } from "./schedule.js";
import { type OptionNames, checkOptions } from "../support/options.js";

export interface LionOptions {
  /** How much of the past the direction of a step keeps. Default: 0.9. */
  readonly b1?: number;
  /** How much of it the mean keeps. Default: 0.99. */
  readonly b2?: number;
  /** Times the learning rate, of those parameters that decay. Default: 0. */
  readonly weightDecay?: number;
}

export const LION_OPTIONS: OptionNames<LionOptions> = {
  b1: true,
  b2: true,
  weightDecay: true,
};

/**
 * p - rate (sign(b1 m + (1 - b1) g) + weightDecay p); m = b2 m + (1 - b2) g. Rates are a third to a tenth of those of AdamW.
 * @throws TrainingError for settings that are none
 */
export function lion(learningRate: Schedule, options: LionOptions = {}): Optimizer {
  checkOptions("lion", options, LION_OPTIONS);
  checkSchedule("lion", learningRate);
  const { b1 = 0.9, b2 = 0.99, weightDecay = 0 } = options;
  checkDecay("lion: b1", b1);
  checkDecay("lion: b2", b2);
  checkRate("lion: weightDecay", weightDecay);
  return {
    name: "lion",
    learningRate,
    slots: (axes) => ({ mean: axes }),
    update({ parameter, gradient, slots, keep, learningRate: rate, decays }) {
      const before = slots.mean!;
      const direction = sign(before.mul(b1).add(gradient.mul(1 - b1)));
      const full = decays && weightDecay > 0 ? direction.add(parameter.mul(weightDecay)) : direction;
      keep("mean", before.mul(b2).add(gradient.mul(1 - b2)));
      return parameter.sub(full.mul(rate));
    },
  };
}
