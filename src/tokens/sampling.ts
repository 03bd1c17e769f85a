/** @file The next token from a row of logits: the best one, or drawn at random. */
import { GriffinError, UsageError } from "../support/errors.js";
import { randomNumbers } from "./random.js";

export interface SamplingOptions {
  /** Divides the logits; 0 always takes the best token. Default: 0, or 1 when topK or topP is given. */
  readonly temperature?: number | undefined;
  /** Only the k best tokens are drawn. */
  readonly topK?: number | undefined;
  /** Only the fewest best tokens with this much probability together are drawn, after topK. */
  readonly topP?: number | undefined;
  /** Integer from 0 to 2^53 - 1; default 0. */
  readonly seed?: number | undefined;
}

/**
 * Chooses a token id from the logits of the whole vocabulary. Throws {@link GriffinError} when they are not
 * numbers.
 */
export type Sampler = (logits: Float32Array) => number;

/**
 * A sampler with its own random numbers: one for each sequence, so that what is drawn for it does not depend
 * on the others of a batch. Computes in f64, also for models in bf16. Throws {@link UsageError} for options
 * out of range.
 */
export function createSampler(options: SamplingOptions = {}): Sampler {
  checkOptions(options);
  const { topK, topP = 1, seed = 0 } = options;
  const temperature = temperatureOf(options);
  if (temperature === 0) return bestToken;
  const random = randomNumbers(seed);
  return (logits) => {
    const best = logits[bestToken(logits)]!;
    const all = distribution(logits, highest(logits, topK ?? logits.length), best, temperature);
    return draw(topP < 1 ? nucleus(all, topP) : all, random());
  };
}

/** Whether nothing is drawn: each token is the best one. Throws {@link UsageError} as `createSampler`. */
export function isGreedy(options: SamplingOptions): boolean {
  checkOptions(options);
  return temperatureOf(options) === 0;
}

function temperatureOf({ temperature, topK, topP }: SamplingOptions): number {
  return temperature ?? (topK === undefined && topP === undefined ? 0 : 1);
}

function checkOptions({ temperature = 0, topK = 1, topP = 1, seed = 0 }: SamplingOptions): void {
  const check = (fine: boolean, option: string, expected: string, value: number) => {
    if (!fine) throw new UsageError({ message: `${option} is out of range`, expected, got: `${value}` });
  };
  check(Number.isFinite(temperature) && temperature >= 0, "temperature", "a number >= 0", temperature);
  check(Number.isSafeInteger(topK) && topK >= 1, "top-k", "an integer >= 1", topK);
  check(topP > 0 && topP <= 1, "top-p", "a number > 0 and <= 1", topP);
  check(Number.isSafeInteger(seed) && seed >= 0, "seed", "an integer from 0 to 2^53 - 1", seed);
}

/** The id of the largest logit, the first of equals. */
function bestToken(logits: Float32Array): number {
  let best = 0;
  for (let id = 0; id < logits.length; id++) {
    if (Number.isNaN(logits[id]!)) throw notFinite(`${logits[id]} for token ${id}`);
    if (logits[id]! > logits[best]!) best = id;
  }
  if (Number.isFinite(logits[best])) return best;
  throw notFinite(`${logits[best]} for token ${best}`);
}

/** The error of logits that no token can be chosen from. @param where which rows, where a batch has others */
export function notFinite(got: string, where?: string): GriffinError {
  return new GriffinError("generation error", {
    message: "the model's logits are not finite numbers",
    got,
    where,
    hint: "check the weights, or compute in f32",
  });
}

/** Token ids and their probabilities, up to a common factor. Plain loops: a vocabulary has 256,000 tokens. */
interface Distribution {
  readonly candidates: Uint32Array;
  readonly weights: Float64Array;
}

function distribution(
  logits: Float32Array,
  candidates: Uint32Array,
  best: number,
  temperature: number,
): Distribution {
  const weights = new Float64Array(candidates.length);
  for (let i = 0; i < weights.length; i++)
    weights[i] = Math.exp((logits[candidates[i]!]! - best) / temperature);
  return { candidates, weights };
}

/** The ids of the k largest logits, in order of id; of equals at the border those with the lower id. */
function highest(logits: Float32Array, k: number): Uint32Array {
  const count = Math.min(k, logits.length);
  const border =
    count === logits.length ? Number.NEGATIVE_INFINITY : logits.toSorted()[logits.length - count]!;
  let equals = count;
  for (let id = 0; id < logits.length; id++) if (logits[id]! > border) equals -= 1;
  const ids = new Uint32Array(count);
  let kept = 0;
  for (let id = 0; id < logits.length; id++) {
    if (logits[id]! > border || (logits[id] === border && equals-- > 0)) ids[kept++] = id;
  }
  return ids;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

/** The fewest best candidates whose probability together reaches `part`, best first. */
function nucleus({ candidates, weights }: Distribution, part: number): Distribution {
  const total = sum(weights);
  // All candidates below this together have less than 1 - part: none of them is needed, and few remain to be
  // sorted.
  const floor = (total * (1 - part)) / candidates.length;
  const order: number[] = [];
  for (let i = 0; i < weights.length; i++) if (weights[i]! >= floor) order.push(i);
  order.sort((i, j) => weights[j]! - weights[i]! || i - j);
  let reached = 0;
  let size = 0;
  while (size < order.length && (size === 0 || reached < part * total)) reached += weights[order[size++]!]!;
  const kept = order.slice(0, size);
  return {
    candidates: Uint32Array.from(kept, (i) => candidates[i]!),
    weights: Float64Array.from(kept, (i) => weights[i]!),
  };
}

/** The candidate at `position`, in [0, 1), of the total weight; never one of weight 0. */
function draw({ candidates, weights }: Distribution, position: number): number {
  const target = position * sum(weights);
  let passed = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    passed += weights[i]!;
    last = i;
    if (passed > target) break;
  }
  return candidates[last]!;
}
