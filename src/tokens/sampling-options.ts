/** @file How tokens are chosen, as people say it, and as whole numbers that host and device compute the same with. */
import { UsageError } from "../support/errors.js";
import { expectGiven, shown } from "../support/given.js";
import type { OptionNames } from "../support/options.js";

export interface SamplingOptions {
  /** Divides the logits; 0 always takes the best token. Default: 0, or 1 when topK, topP or minP is given. */
  readonly temperature?: number | undefined;
  /** Only the k best tokens are drawn. */
  readonly topK?: number | undefined;
  /** Only the fewest best tokens with this much probability together are drawn, after topK. */
  readonly topP?: number | undefined;
  /** Only tokens with this part of the best one's probability are drawn, before topK. */
  readonly minP?: number | undefined;
  /** Divides positive logits of tokens that the text has, prompt included, and multiplies negative ones. Default 1. */
  readonly repetitionPenalty?: number | undefined;
  /** Taken off the logits of tokens that were made, in steps of 1/1024; negative ones favour them. Default 0. */
  readonly presencePenalty?: number | undefined;
  /** The same, each time that the token was made. Default 0. */
  readonly frequencyPenalty?: number | undefined;
  /** Added to logits of tokens, before all else; -Infinity rules one out. */
  readonly logitBias?: ReadonlyMap<number, number> | undefined;
  /** Integer from 0 to 2^53 - 1; default 0. */
  readonly seed?: number | undefined;
}

export const SAMPLING_OPTIONS: OptionNames<SamplingOptions> = {
  temperature: true,
  topK: true,
  topP: true,
  minP: true,
  repetitionPenalty: true,
  presencePenalty: true,
  frequencyPenalty: true,
  logitBias: true,
  seed: true,
};

/** Of one row, in the form in which host and device compute the same. */
export interface SamplingSettings {
  /** What 2^-16 of a logit is in 2^-15 of a power of two, f32; 0 takes the best token. */
  readonly scale: number;
  readonly topK: number;
  /** In 2^-32. */
  readonly topP: number;
  /** The least weight that is drawn, where the best has 2^30. */
  readonly minWeight: number;
  /** In 2^-10 of a logit. */
  readonly presence: number;
  readonly frequency: number;
  /** f32, and its inverse. */
  readonly repetition: number;
  readonly inverse: number;
}

/** Which parts of sampling are asked for: a program has no others. */
export interface SamplingParts {
  readonly penalties: boolean;
  readonly bias: boolean;
  readonly topK: boolean;
  readonly topP: boolean;
}

/** Steepest curve that is computed: below it the best token alone is left anyway. */
const STEEPEST = 1e9;

/** And flattest: what is not 0 stays so. */
const FLATTEST = 1e-30;

/** The largest i32. */
const ALL = 2 ** 31 - 1;

/** @throws UsageError for options out of range */
export function samplingSettings(options: SamplingOptions): SamplingSettings {
  checkOptions(options);
  const { topK = ALL, topP = 1, minP = 0, repetitionPenalty = 1 } = options;
  const temperature = temperatureOf(options);
  return {
    scale:
      temperature === 0
        ? 0
        : Math.fround(Math.min(STEEPEST, Math.max(FLATTEST, Math.LOG2E / temperature / 2))),
    topK: Math.min(topK, ALL),
    topP: Math.max(1, Math.round(topP * 2 ** 32)),
    minWeight: Math.max(1, Math.ceil(minP * 2 ** 30)),
    presence: Math.round((options.presencePenalty ?? 0) * 1024),
    frequency: Math.round((options.frequencyPenalty ?? 0) * 1024),
    repetition: Math.fround(repetitionPenalty),
    inverse: Math.fround(1 / repetitionPenalty),
  };
}

export function samplingParts(options: SamplingOptions): SamplingParts {
  const { repetition, presence, frequency, topK, topP, scale } = samplingSettings(options);
  return {
    penalties: repetition !== 1 || presence !== 0 || frequency !== 0,
    bias: (options.logitBias?.size ?? 0) > 0,
    topK: scale !== 0 && topK < ALL,
    topP: scale !== 0 && topP < 2 ** 32,
  };
}

/** Whether each token is the best one of logits as they are. Throws UsageError for options out of range. */
export function isGreedy(options: SamplingOptions): boolean {
  const { penalties, bias } = samplingParts(options);
  return temperatureOf(options) === 0 && !penalties && !bias;
}

function temperatureOf({ temperature, topK, topP, minP }: SamplingOptions): number {
  return temperature ?? (topK === undefined && topP === undefined && minP === undefined ? 0 : 1);
}

/** The largest penalty on the logits. */
const LARGEST_PENALTY = 10;

/** Compared with limits, a text would pass for the number that it shows. */
const NUMBERS = [
  "temperature",
  "topK",
  "topP",
  "minP",
  "seed",
  "repetitionPenalty",
  "presencePenalty",
  "frequencyPenalty",
] as const satisfies readonly (keyof SamplingOptions)[];

function checkOptions(options: SamplingOptions): void {
  const { temperature = 0, topK = 1, topP = 1, minP = 0, seed = 0 } = options;
  const { repetitionPenalty = 1, presencePenalty = 0, frequencyPenalty = 0, logitBias = new Map() } = options;
  const check = (fine: boolean, option: string, expected: string, value: number) => {
    if (!fine) throw new UsageError({ message: `${option} is out of range`, expected, got: shown(value) });
  };
  for (const name of NUMBERS) {
    const value: unknown = options[name];
    expectGiven(value === undefined || typeof value === "number", value, {
      by: "sampling",
      what: name,
      expected: "a number",
      hint: typeof value === "string" ? "texts are not read as numbers: Number(text)" : undefined,
    });
  }
  expectGiven(logitBias instanceof Map, logitBias, {
    by: "sampling",
    what: "logitBias",
    expected: "a Map of token ids and numbers, such as new Map([[5, -2]])",
  });
  check(Number.isFinite(temperature) && temperature >= 0, "temperature", "a number >= 0", temperature);
  check(Number.isSafeInteger(topK) && topK >= 1, "top-k", "an integer >= 1", topK);
  check(topP > 0 && topP <= 1, "top-p", "a number > 0 and <= 1", topP);
  check(minP >= 0 && minP <= 1, "min-p", "a number from 0 to 1", minP);
  check(
    repetitionPenalty >= 0.01 && repetitionPenalty <= 100,
    "repetition penalty",
    "a number from 0.01 to 100",
    repetitionPenalty,
  );
  const penalties = [
    ["presence penalty", presencePenalty],
    ["frequency penalty", frequencyPenalty],
  ] as const;
  for (const [option, value] of penalties) {
    const range = `a number from -${LARGEST_PENALTY} to ${LARGEST_PENALTY}`;
    check(Math.abs(value) <= LARGEST_PENALTY, option, range, value);
  }
  for (const [token, bias] of logitBias) {
    check(Number.isSafeInteger(token) && token >= 0, "a token of the logit bias", "a token id", token);
    // As f32, which it is added in: a larger one is Infinity there.
    const fits = typeof bias === "number" && Math.fround(bias) < Number.POSITIVE_INFINITY;
    check(fits, `the bias of token ${token}`, "a number up to 3.4e38, or -Infinity", bias);
  }
  check(Number.isSafeInteger(seed) && seed >= 0, "seed", "an integer from 0 to 2^53 - 1", seed);
}

/**
 * A bias for every token, added to their logits.
 * @throws UsageError for a token that the vocabulary lacks
 */
export function biasOf(
  { logitBias = new Map() }: SamplingOptions,
  vocabSize: number,
): Float32Array<ArrayBuffer> {
  const bias = new Float32Array(vocabSize);
  for (const [token, value] of logitBias) {
    if (token >= vocabSize) {
      throw new UsageError({
        message: "a token of the logit bias is not in the vocabulary",
        expected: `an integer from 0 to ${vocabSize - 1}`,
        got: `${token}`,
      });
    }
    bias[token] = value;
  }
  return bias;
}

/** Tokens that the bias rules out. */
export const ruledOutBy = ({ logitBias = new Map() }: SamplingOptions): readonly number[] =>
  [...logitBias].flatMap(([token, bias]) => (Math.fround(bias) === Number.NEGATIVE_INFINITY ? [token] : []));

/** What a text has of each token: 1 where the prompt has it, and 2 for each time that it was made. */
export function countsOf(prompt: readonly number[], vocabSize: number): Int32Array<ArrayBuffer> {
  const counts = new Int32Array(vocabSize);
  for (const token of prompt) counts[token] = 1;
  return counts;
}
