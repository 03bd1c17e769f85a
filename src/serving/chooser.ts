/** @file Who chooses the tokens of a batch: the programs themselves, the sampler on the device, or the host where there is none. */
import {
  biasOf,
  createSampler,
  type FormatProgress,
  isGreedy,
  ruledOutBy,
  type SamplingOptions,
} from "../tokens/index.js";
import { GriffinError, UsageError } from "../support/errors.js";
import { DeviceSampler, type DrawnStep } from "./device-sampler.js";
import { logprobsOf, type TokenLogprobs } from "./logprobs.js";
import type { ProgramSet } from "./program-set.js";
import type { StepResults } from "./step-results.js";

/** How tokens are chosen, and what is told of them. */
export interface ChooseOptions extends SamplingOptions {
  /** Tells the logarithm of each token's probability, and of so many best tokens beside it, 0 to 20; default: none. */
  readonly logprobs?: number | undefined;
}

/** Close it. */
export interface Chooser extends Disposable {
  /** Steps that may be enqueued beyond the one whose tokens are waited for. */
  readonly ahead: number;
  /** Chooses the token of each row; the step's results are its own. */
  choose(results: StepResults): Promise<DrawnStep>;
}

/**
 * Chooses as the options say; row r draws with seed + r. Device and host choose the same.
 * @param prompts what each row has read, for the repetition penalty
 * @param formats what the text of each row is held to; it is told the tokens of a step before the next is chosen
 * @throws UsageError for options out of range
 */
export async function openChooser(
  model: ProgramSet,
  prompts: readonly (readonly number[])[],
  options: ChooseOptions,
  formats: Formats = [],
): Promise<Chooser> {
  const isHeld = formats.some((format) => format !== undefined);
  if (isGreedy(options) && options.logprobs === undefined && !isHeld) return best;
  checkSeeds(options, prompts.length);
  if (model.sampler === undefined) return onHost(model, prompts, options, formats);
  const held = { ...options, isHeld };
  const sampler = await DeviceSampler.create(model, (key) => model.sampler!(key), prompts, held);
  const { vocabSize } = model.generation;
  const ruledOut = ruledOutBy(options);
  const allowed = () => allowedOf(formats, prompts.length, vocabSize, ruledOut);
  return {
    ahead: isHeld ? 0 : AHEAD,
    choose: async ({ logits, next }) => {
      using _ = logits;
      next.close();
      // Found out while the step before, whose logits these are, still runs.
      return await sampler.draw(logits, isHeld ? allowed() : undefined);
    },
    [Symbol.dispose]: () => sampler.close(),
  };
}

/** What each row is held to. */
type Formats = readonly (FormatProgress | undefined)[];

/** Enough that the device never waits for the host. */
const AHEAD = 3;

/** Bits of the tokens that each row may have, [rows, words]. */
function allowedOf(
  formats: Formats,
  rows: number,
  vocabSize: number,
  ruledOut: readonly number[],
): Int32Array<ArrayBuffer> {
  const words = Math.ceil(vocabSize / 32);
  const all = new Int32Array(rows * words).fill(-1);
  for (const [row, format] of formats.entries()) {
    const allowed = format?.allowed(ruledOut);
    if (allowed !== undefined) all.set(allowed, row * words);
  }
  return all;
}

/** A seed for each row. */
function checkSeeds({ seed = 0 }: SamplingOptions, rows: number): void {
  if (Number.isSafeInteger(seed + (rows - 1))) return;
  throw new UsageError({
    message: "seed is out of range: row r draws with seed + r",
    expected: `an integer from 0 to 2^53 - ${rows}`,
    got: String(seed),
  });
}

/** The best tokens, which programs give themselves. */
const best: Chooser = {
  ahead: AHEAD,
  choose: async ({ logits, next }) => {
    logits.close();
    return { next, logprobs: undefined };
  },
  [Symbol.dispose]: () => undefined,
};

function onHost(
  { client, generation }: ProgramSet,
  prompts: readonly (readonly number[])[],
  options: ChooseOptions,
  formats: Formats,
): Chooser {
  const samplers = prompts.map((prompt, row) =>
    createSampler({ ...options, seed: (options.seed ?? 0) + row }, prompt),
  );
  const { vocabSize } = generation;
  const ruledOut = ruledOutBy(options);
  // As the device: what a sampler throws later is for its row alone.
  biasOf(options, vocabSize);
  const draw = (row: number, logits: Float32Array, allowed: Int32Array | undefined): number => {
    try {
      return samplers[row]!(logits, allowed);
    } catch (error) {
      if (error instanceof GriffinError) return -1;
      throw error;
    }
  };
  return {
    ahead: formats.some((format) => format !== undefined) ? 0 : AHEAD,
    choose: async ({ logits, next }) => {
      using _ = logits;
      next.close();
      const all = new Float32Array((await logits.toHost()).buffer);
      const rows = prompts.map((_, row) => all.subarray(row * vocabSize, (row + 1) * vocabSize));
      const allowed = prompts.map((_, row) => formats[row]?.allowed(ruledOut));
      const tokens = rows.map((values, row) => draw(row, values, allowed[row]));
      const data = Int32Array.from(tokens);
      const drawn = await client.toDevice({ elementType: "i32", dimensions: [prompts.length, 1], data });
      const { logprobs: count } = options;
      if (count === undefined) return { next: drawn, logprobs: undefined };
      const told = (row: number): TokenLogprobs => logprobsOf(rows[row]!, tokens[row]!, count);
      return { next: drawn, logprobs: Promise.resolve(tokens.map((_, row) => told(row))) };
    },
    [Symbol.dispose]: () => undefined,
  };
}
