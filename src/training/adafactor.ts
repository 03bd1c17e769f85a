/**
 * @file Adafactor: of the mean of a matrix's squared gradients only the means of its rows and of its columns are kept (arXiv 1804.04235,
 * algorithms 4 and 5). Numbers and usual settings are those of optax.
 */
import { type Axis, mean, oneMinus, rsqrt, sqrt } from "../dsl/index.js";
import { checkCount, checkDecay, checkPositive, checkRate, checkSchedule } from "./errors.js";
import type { Optimizer } from "./optimizer.js";
import type { Schedule } from "./schedule.js";
import { type ByPath, namesOf, type ParameterTensor, type Scalar } from "./tensors.js";
import { type OptionNames, checkOptions } from "../support/options.js";

export interface AdafactorOptions {
  /** At update t the mean of squares takes t^-decayRate of the new ones, and keeps the rest. Default: 0.8. */
  readonly decayRate?: number;
  /** Added to squares of gradients. Default: 1e-30. */
  readonly eps?: number;
  /** The least size of a parameter's two longest axes, in elements, from which on rows and columns stand for its squares. Default: 128. */
  readonly leastFactored?: number;
  /** Directions of a larger root mean square are scaled down to it. Default: 1. */
  readonly clip?: number;
  /** Whether the rate is times the root mean square of the parameter, 0.001 at least. Default: true. */
  readonly relative?: boolean;
  /** Decay of a mean of directions, which takes as much memory as the parameter. Default: none is kept. */
  readonly b1?: number | undefined;
  /** How much of those parameters that decay is taken off, whatever the learning rate. Default: 0. */
  readonly weightDecay?: number | undefined;
}

export const ADAFACTOR_OPTIONS: OptionNames<AdafactorOptions> = {
  decayRate: true,
  eps: true,
  leastFactored: true,
  clip: true,
  relative: true,
  b1: true,
  weightDecay: true,
};

/** The least root mean square that a parameter is taken to have. */
const LEAST_SCALE = 1e-3;

/** The mean over some axes, by names that are known when the program is traced. */
const meanOver = (x: ParameterTensor, names: string | readonly string[]): ParameterTensor =>
  mean(x, names) as unknown as ParameterTensor;

/** The root of the mean of squares of all elements. */
const rootMeanSquare = (x: ParameterTensor): Scalar =>
  sqrt(meanOver(x.mul(x), namesOf(x))) as unknown as Scalar;

/** The two longest axes of a parameter; of equal ones the later counts as longer. */
interface Longest {
  readonly longest: string;
  readonly second: string;
}

/** Undefined where not both have `least` elements. */
function longestAxes(axes: readonly Axis[], least: number): Longest | undefined {
  const [second, longest] = [...axes].sort((a, b) => a.size - b.size).slice(-2);
  if (longest === undefined || second!.size < least) return undefined;
  return { longest: longest.name, second: second!.name };
}

const without = (axes: readonly Axis[], gone: string): readonly Axis[] =>
  axes.filter(({ name }) => name !== gone);

/** How much of the new squares the means take, and how the next are kept. */
interface Averaging {
  readonly slots: ByPath;
  readonly newest: Scalar;
  keep(slot: string, next: ParameterTensor): ParameterTensor;
}

/** The slot `name` after it has taken new numbers. */
const averagedIn = ({ slots, newest, keep }: Averaging, name: string, taken: ParameterTensor) =>
  keep(name, slots[name]!.mul(oneMinus(newest)).add(taken.mul(newest)));

/** One over the roots of the means of squares, as factors of the gradient. */
function scalesOf(
  squares: ParameterTensor,
  factors: Longest | undefined,
  averaging: Averaging,
): readonly ParameterTensor[] {
  if (factors === undefined) return [rsqrt(averagedIn(averaging, "square", squares))];
  const { longest, second } = factors;
  const rows = averagedIn(averaging, "rows", meanOver(squares, longest));
  const columns = averagedIn(averaging, "columns", meanOver(squares, second));
  return [rsqrt(rows.div(meanOver(rows, second))), rsqrt(columns)];
}

/**
 * v = (1 - t^-decayRate) v + t^-decayRate (g^2 + eps), of matrices by the means of its rows and columns; u = g / sqrt(v), of a root mean square
 * of `clip` at most; p - rate max(rms(p), 0.001) u - weightDecay p. Rates are near 0.01, as a step is relative to the parameter.
 * @throws TrainingError for settings that are none
 */
export function adafactor(learningRate: Schedule, options: AdafactorOptions = {}): Optimizer {
  checkOptions("adafactor", options, ADAFACTOR_OPTIONS);
  checkSchedule("adafactor", learningRate);
  const {
    decayRate = 0.8,
    eps = 1e-30,
    leastFactored = 128,
    clip = 1,
    relative = true,
    b1,
    weightDecay = 0,
  } = options;
  checkPositive("adafactor: decayRate", decayRate);
  checkPositive("adafactor: eps", eps);
  checkCount("adafactor: leastFactored", leastFactored);
  checkPositive("adafactor: clip", clip);
  if (b1 !== undefined) checkDecay("adafactor: b1", b1);
  checkRate("adafactor: weightDecay", weightDecay);
  return {
    name: "adafactor",
    learningRate,
    slots(axes) {
      const factors = longestAxes(axes, leastFactored);
      return {
        ...(factors === undefined
          ? { square: axes }
          : { rows: without(axes, factors.longest), columns: without(axes, factors.second) }),
        ...(b1 !== undefined && { mean: axes }),
      };
    },
    update({ parameter, gradient, slots, keep, learningRate: rate, count, decays }) {
      const factors = longestAxes(gradient.axes, leastFactored);
      const averaging = { slots, newest: count.pow(-decayRate), keep };
      const scales = scalesOf(gradient.mul(gradient).add(eps), factors, averaging);
      const direction = scales.reduce((product, scale) => product.mul(scale), gradient);
      const bounded = direction.div(rootMeanSquare(direction).div(clip).max(1));
      const size = relative ? rate.mul(rootMeanSquare(parameter).max(LEAST_SCALE)) : rate;
      const moved = bounded.mul(size);
      const smooth = b1 === undefined ? moved : keep("mean", slots.mean!.mul(b1).add(moved.mul(1 - b1)));
      const full = decays && weightDecay > 0 ? smooth.add(parameter.mul(weightDecay)) : smooth;
      return parameter.sub(full);
    },
  };
}
