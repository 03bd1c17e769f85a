/** @file Learning rates as functions of the step, computed on the device: a program is the same at every step. */
import { cos, fill, select } from "../dsl/index.js";
import { checkCount, checkRate } from "./errors.js";
import type { Scalar } from "./tensors.js";

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

/** end + (peak - end) (1 + cos(pi min(step, steps) / steps)) / 2. @throws TrainingError for rates below 0, or no steps */
export function cosineRate({ peak, steps, end = 0 }: CosineOptions): Schedule {
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

/** from + (peak - from) step / steps, then another schedule. @throws TrainingError for rates below 0, or no steps */
export function warmupRate({ from = 0, peak, steps, then }: WarmupOptions): Schedule {
  checkRate("warmupRate: from", from);
  checkRate("warmupRate: peak", peak);
  checkCount("warmupRate: steps", steps);
  const following = then ?? constantRate(peak);
  return (step) => {
    const rising = step.mul((peak - from) / steps).add(from);
    return select(step.lt(steps), rising, following(step.sub(steps).max(0)));
  };
}
