/** @file Gradient descent, with and without momentum. */
import { checkDecay, checkSchedule } from "./errors.js";
import type { Optimizer } from "./optimizer.js";
import type { Schedule } from "./schedule.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** p - rate g. Keeps nothing. @throws TrainingError for what is no schedule */
export function sgd(learningRate: Schedule): Optimizer {
  checkSchedule("sgd", learningRate);
  return {
    name: "sgd",
    learningRate,
    slots: () => ({}),
    update: ({ parameter, gradient, learningRate: rate }) => parameter.sub(gradient.mul(rate)),
  };
}

/** How much of the past a step keeps. */
export interface MomentumOptions {
  /** Default: 0.9. */
  readonly decay?: number;
  /** Looks ahead by one decay: g + decay trace instead of the trace. Default: false. */
  readonly nesterov?: boolean;
}

export const MOMENTUM_OPTIONS: OptionNames<MomentumOptions> = {
  decay: true,
  nesterov: true,
};

/** trace = g + decay trace; p - rate trace. @throws TrainingError for a decay that is not below 1 */
export function momentum(learningRate: Schedule, options: MomentumOptions = {}): Optimizer {
  checkOptions("momentum", options, MOMENTUM_OPTIONS);
  checkSchedule("momentum", learningRate);
  const { decay = 0.9, nesterov = false } = options;
  checkDecay("momentum: decay", decay);
  return {
    name: "momentum",
    learningRate,
    slots: (axes) => ({ trace: axes }),
    update({ parameter, gradient, slots, keep, learningRate: rate }) {
      const trace = keep("trace", gradient.add(slots.trace!.mul(decay)));
      const direction = nesterov ? gradient.add(trace.mul(decay)) : trace;
      return parameter.sub(direction.mul(rate));
    },
  };
}
