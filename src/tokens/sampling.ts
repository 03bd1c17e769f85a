/**
 * @file The next token from a row of logits: the best one, or drawn at random.
 *
 * Drawing is defined in whole numbers, so that a device, which sums and rounds in an order of its own, draws the same tokens
 * (src/engine/sampler-program.ts). All that is not whole is a single f32 operation, rounded to nearest:
 *
 *     l  logits, with bias, then less presence and frequency, then by the repetition penalty; of tokens that a format refuses: -Infinity
 *     q  floor((l - max l) 2^16)                     tokens with the same q are equals; those of lower id go first
 *     r  floor(q scale)                              the exponent of a power of two, in 2^-15
 *     w  2^(30 + r / 2^15), by a polynomial          the best token's is 2^30; below 1 it is 0, and the token is not drawn
 *     minP: w of at least minP 2^30. topK: the k of largest q. topP: of these the fewest of largest q whose sum reaches topP of theirs
 *     target = floor(u S / 2^32)                     u: 32 random bits, S: the sum of w that is left
 *
 * The token is the one at which the sum of w passes the target: by id; where topK or topP is asked for, however much it leaves, first those
 * above the lowest q that is left, by id, then those of it.
 */
import { GriffinError } from "../support/errors.js";
import { randomWords } from "./random.js";
import {
  biasOf,
  countsOf,
  type SamplingParts,
  samplingParts,
  type SamplingOptions,
  type SamplingSettings,
  samplingSettings,
  SAMPLING_OPTIONS,
} from "./sampling-options.js";
import { checkOptions } from "../support/options.js";

/**
 * Chooses a token id from the logits of the whole vocabulary. Throws GriffinError when they are not
 * numbers.
 * @param allowed a bit for each token that may be chosen, 32 a word, the lowest bit first; default: all may
 */
export type Sampler = (logits: Float32Array, allowed?: Int32Array) => number;

/**
 * A sampler with its own random numbers and its own memory of what it chose: one for each sequence, so that what is drawn for it does not
 * depend on the others of a batch. Throws UsageError for options out of range.
 * @param prompt what the text begins with, for the repetition penalty
 */
export function createSampler(options: SamplingOptions = {}, prompt: readonly number[] = []): Sampler {
  checkOptions("createSampler", options, SAMPLING_OPTIONS);
  const settings = samplingSettings(options);
  const parts = samplingParts(options);
  const random = randomWords(options.seed ?? 0);
  let bias: Float32Array | undefined;
  let counts: Int32Array | undefined;
  return (logits, allowed) => {
    if (parts.bias) bias ??= biasOf(options, logits.length);
    if (parts.penalties) counts ??= countsOf(prompt, logits.length);
    const adjusted = held(adjust(logits, settings, bias, counts), allowed);
    // As the device, which takes a number whether it is used or not, also for logits that are not finite.
    const bits = random();
    const best = bestToken(adjusted);
    const token = settings.scale === 0 ? best : draw(adjusted, adjusted[best]!, settings, parts, bits);
    if (counts !== undefined) counts[token]! += 2;
    return token;
  };
}

/** Logits with bias and penalties. */
function adjust(
  logits: Float32Array,
  { presence, frequency, repetition, inverse }: SamplingSettings,
  bias: Float32Array | undefined,
  counts: Int32Array | undefined,
): Float32Array {
  if (bias === undefined && counts === undefined) return logits;
  const adjusted = Float32Array.from(logits);
  if (bias !== undefined) for (let id = 0; id < bias.length; id++) adjusted[id]! += bias[id]!;
  if (counts === undefined) return adjusted;
  for (let id = 0; id < counts.length; id++) {
    const count = counts[id]!;
    if (count === 0) continue;
    const made = count >> 1;
    const penalty = Math.fround(made * frequency + (made > 0 ? presence : 0)) / 1024;
    const less = Math.fround(adjusted[id]! - penalty);
    adjusted[id] = less * (less > 0 ? inverse : repetition);
  }
  return adjusted;
}

/** Logits, those of tokens that are not allowed ruled out; what is no number stays so. */
function held(logits: Float32Array, allowed: Int32Array | undefined): Float32Array {
  if (allowed === undefined) return logits;
  return logits.map((logit, id) =>
    ((allowed[id >> 5]! >> (id & 31)) & 1) === 1 || Number.isNaN(logit) ? logit : Number.NEGATIVE_INFINITY,
  );
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

/** A token that is this far below the best, in 2^-16 of a logit, is never drawn: f32 has no larger number that is an i32. */
export const RULED_OUT = -2147483520;

/** 2^x - 1 for x from 0 to 1, as x times a polynomial, in 2^-16: exact at both ends, 2e-5 of the value in between. */
export const POWER = [45418, 15821, 3410, 887] as const;

/** Exponents below this weigh nothing, in 2^-15. */
export const LOWEST_EXPONENT = -(2 ** 21);

/** What a token weighs that is `q` from the best one, in 2^-16 of a logit. */
function weightOf(q: number, scale: number): number {
  if (q === RULED_OUT) return 0;
  const r = Math.max(LOWEST_EXPONENT, Math.floor(Math.fround(Math.fround(q) * scale)));
  const whole = r >> 15;
  if (whole < -30) return 0;
  const part = r - whole * 2 ** 15;
  const [first, second, third, fourth] = POWER;
  const inner = third + ((part * fourth) >> 15);
  const outer = first + ((part * (second + ((part * inner) >> 15))) >> 15);
  return ((2 ** 16 + ((part * outer) >> 15)) << 14) >> -whole;
}

function draw(
  logits: Float32Array,
  best: number,
  { scale, topK, topP, minWeight }: SamplingSettings,
  parts: SamplingParts,
  bits: number,
): number {
  const distances = new Int32Array(logits.length);
  const weights = new Int32Array(logits.length);
  let total = 0;
  let count = 0;
  for (let id = 0; id < logits.length; id++) {
    const q = Math.max(RULED_OUT, Math.floor(Math.fround(Math.fround(logits[id]! - best) * 2 ** 16)));
    const weight = weightOf(q, scale);
    if (weight < minWeight) continue;
    distances[id] = q;
    weights[id] = weight;
    total += weight;
    count += 1;
  }
  const border = parts.topK || parts.topP ? borderOf({ distances, weights, count }, topK, topP) : undefined;
  const sum = border?.sum ?? total;
  const above = border?.above ?? total;
  const target = portionOf(sum, bits);
  if (target < above) {
    let passed = 0;
    for (let id = 0; ; id++) {
      if (border !== undefined && distances[id]! <= border.q) continue;
      passed += weights[id]!;
      if (passed > target) return id;
    }
  }
  let left = Math.floor((target - above) / border!.weight);
  for (let id = 0; ; id++) if (weights[id]! > 0 && distances[id] === border!.q && left-- === 0) return id;
}

/** floor(sum part / 2^32). */
const portionOf = (sum: number, part: number): number => Number((BigInt(sum) * BigInt(part)) >> 32n);

interface Candidates {
  readonly distances: Int32Array;
  /** 0 for tokens that are none. */
  readonly weights: Int32Array;
  readonly count: number;
}

/** The lowest q that is left, what one token of it weighs, and the sums of what is above it, and of all that is left. */
function borderOf({ distances, weights, count }: Candidates, topK: number, topP: number) {
  // By q, the largest first, then by id: both fit into the 53 bits of a number.
  const order = new Float64Array(count);
  let filled = 0;
  for (let id = 0; id < weights.length; id++)
    if (weights[id]! > 0) order[filled++] = -distances[id]! * 2 ** 20 + id;
  order.sort();
  const weightAt = (place: number): number => weights[order[place]! % 2 ** 20]!;
  const size = Math.min(topK, count);
  let mass = 0;
  for (let place = 0; place < size; place++) mass += weightAt(place);
  const needed = Math.max(1, portionOf(mass, topP));
  let sum = 0;
  let above = 0;
  let q = 1;
  for (let place = 0; sum < needed; place++) {
    const next = -Math.floor(order[place]! / 2 ** 20);
    if (next !== q) [q, above] = [next, sum];
    sum += weightAt(place);
    if (sum >= needed) return { q, weight: weightAt(place), above, sum };
  }
  return { q, weight: 1, above, sum };
}
