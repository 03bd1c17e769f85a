/** @file AdamW: Adam with weight decay apart from the gradient (arXiv 1711.05101, algorithm 2). */
import { sqrt } from "../dsl/index.js";
import { correction } from "./correction.js";
import { checkDecay, checkPositive, checkRate, checkSchedule } from "./errors.js";
import type { Optimizer } from "./optimizer.js";
import type { Schedule } from "./schedule.js";
import { type OptionNames, checkOptions } from "../support/options.js";

export interface AdamWOptions {
  /** Of the mean of gradients. Default: 0.9. */
  readonly b1?: number;
  /** Of the mean of their squares. Default: 0.999. */
  readonly b2?: number;
  /** Added to the root of the corrected mean of squares. Default: 1e-8. */
  readonly eps?: number;
  /** Times the learning rate, of those parameters that decay. Default: 0. */
  readonly weightDecay?: number;
}

export const ADAMW_OPTIONS: OptionNames<AdamWOptions> = {
  b1: true,
  b2: true,
  eps: true,
  weightDecay: true,
};

/**
 * m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p - rate (m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps) + weightDecay p).
 * @throws TrainingError for settings that are none
 */
export function adamW(learningRate: Schedule, options: AdamWOptions = {}): Optimizer {
  checkOptions("adamW", options, ADAMW_OPTIONS);
  checkSchedule("adamW", learningRate);
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, weightDecay = 0 } = options;
  checkDecay("adamW: b1", b1);
  checkDecay("adamW: b2", b2);
  checkPositive("adamW: eps", eps);
  checkRate("adamW: weightDecay", weightDecay);
  return {
    name: "adamw",
    learningRate,
    slots: (axes) => ({ mean: axes, square: axes }),
    update({ parameter, gradient, slots, keep, learningRate: rate, count, decays }) {
      const mean = keep("mean", slots.mean!.mul(b1).add(gradient.mul(1 - b1)));
      const square = keep("square", slots.square!.mul(b2).add(gradient.mul(gradient).mul(1 - b2)));
      const root = sqrt(square.div(correction(b2, count))).add(eps);
      const direction = mean.div(correction(b1, count)).div(root);
      const full = decays && weightDecay > 0 ? direction.add(parameter.mul(weightDecay)) : direction;
      return parameter.sub(full.mul(rate));
    },
  };
}
