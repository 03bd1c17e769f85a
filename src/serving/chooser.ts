/** @file Who chooses the tokens of a batch: the programs themselves, the sampler on the device, or the host where there is none. */
import { biasOf, createSampler, isGreedy, type SamplingOptions } from "../tokens/index.js";
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
  /** Chooses the token of each row; the step's results are its own. */
  choose(results: StepResults): Promise<DrawnStep>;
}

/**
 * Chooses as the options say; row r draws with seed + r. Device and host choose the same.
 * @param prompts what each row has read, for the repetition penalty
 * @throws UsageError for options out of range
 */
export async function openChooser(
  model: ProgramSet,
  prompts: readonly (readonly number[])[],
  options: ChooseOptions,
): Promise<Chooser> {
  if (isGreedy(options) && options.logprobs === undefined) return best;
  checkSeeds(options, prompts.length);
  if (model.sampler === undefined) return onHost(model, prompts, options);
  const sampler = await DeviceSampler.create(model, (key) => model.sampler!(key), prompts, options);
  return {
    choose: async ({ logits, next }) => {
      using _ = logits;
      next.close();
      return await sampler.draw(logits);
    },
    [Symbol.dispose]: () => sampler.close(),
  };
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
): Chooser {
  const samplers = prompts.map((prompt, row) =>
    createSampler({ ...options, seed: (options.seed ?? 0) + row }, prompt),
  );
  const { vocabSize } = generation;
  // As the device: what a sampler throws later is for its row alone.
  biasOf(options, vocabSize);
  const draw = (row: number, logits: Float32Array): number => {
    try {
      return samplers[row]!(logits);
    } catch (error) {
      if (error instanceof GriffinError) return -1;
      throw error;
    }
  };
  return {
    choose: async ({ logits, next }) => {
      using _ = logits;
      next.close();
      const all = new Float32Array((await logits.toHost()).buffer);
      const rows = prompts.map((_, row) => all.subarray(row * vocabSize, (row + 1) * vocabSize));
      const tokens = rows.map((values, row) => draw(row, values));
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
