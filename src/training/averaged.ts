/** @file An exponential moving average of the parameters that an optimiser moves. */
import { fill } from "../dsl/index.js";
import { checkDecay } from "./errors.js";
import { correction } from "./correction.js";
import type { Optimizer } from "./optimizer.js";
import { optimizerStates } from "./update.js";

/** The slot that holds the average. */
const AVERAGE = "average";

/** Whether an optimiser keeps averages of parameters. */
export const keepsAverages = ({ slots }: Optimizer): boolean => AVERAGE in slots([]);

/** The state that holds the average of a parameter, where its optimiser is `averaged`. */
export const averageState = (path: string): string => optimizerStates.slot(AVERAGE, path);

/** The parameter whose average a state holds; undefined of another state. */
export function averagedParameter(state: string): string | undefined {
  const start = averageState("");
  return state.startsWith(start) ? state.slice(start.length) : undefined;
}

/**
 * The same optimiser, which keeps an average of each parameter beside: after t updates, sum(decay^(t - i) p_i) / sum(decay^(t - i)) over
 * i = 1 ... t, the state `optimizer.average.PATH`. It is f32, and biased towards no beginning: after one update it is the parameter.
 * @throws TrainingError for a decay that is not from 0 to below 1
 */
export function averaged(optimizer: Optimizer, { decay }: { readonly decay: number }): Optimizer {
  checkDecay("averaged: decay", decay);
  return {
    ...optimizer,
    slots: (axes) => ({ ...optimizer.slots(axes), [AVERAGE]: axes }),
    update(step) {
      const parameter = optimizer.update(step);
      const before = step.slots[AVERAGE]!;
      // The weight of the newest among all: (1 - decay) / (1 - decay^t).
      const newest = fill(1 - decay, [], "f32").div(correction(decay, step.count));
      step.keep(AVERAGE, before.add(parameter.sub(before).mul(newest)));
      return parameter;
    },
  };
}
