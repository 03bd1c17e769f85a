/** @file Text generation: an async iterator over the tokens of one or several prompts. */
import {
  checkPrompt,
  createContinuation,
  createSampler,
  type SamplingOptions,
  StreamingDecoder,
  type Tokenizer,
} from "../text/index.js";
import { UsageError } from "../support/errors.js";
import type { GriffinModel } from "./model.js";
import { Session } from "./session.js";

export interface GenerateOptions extends SamplingOptions {
  /** Tokens to make per prompt; default 128. */
  readonly maxNewTokens?: number | undefined;
  /** Longest chunk in which prompts are read, in tokens; default 256. */
  readonly chunk?: number | undefined;
  /** Any of these ends a sequence. */
  readonly eosIds?: readonly number[] | undefined;
  readonly padId?: number | undefined;
  /** Turns tokens into text; without one, texts stay empty. */
  readonly tokenizer?: Tokenizer | undefined;
}

/** One token of one sequence. */
export interface GeneratedToken {
  /** Which prompt it continues. */
  readonly row: number;
  readonly token: number;
  /** The text that became certain with it. */
  readonly text: string;
  /** Why the sequence ends with it, if it does. */
  readonly finished: "eos" | "length" | undefined;
  /** Time of the run that made it, in ms: the prompt's for the first token, one decode step's for the others. */
  readonly ms: number;
}

/**
 * Continues prompts (token ids, bos included) side by side; each gives what it would give alone. Tokens come as they are
 * made, one per unfinished row and step. Row r draws with seed + r.
 * @throws UsageError for an empty prompt, ids outside of the vocabulary, options out of range
 */
export async function* generate(
  model: GriffinModel,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions = {},
): AsyncGenerator<GeneratedToken, void, void> {
  const maxNewTokens = options.maxNewTokens ?? 128;
  if (prompts.length === 0) throw new UsageError({ message: "no prompts given" });
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1) {
    throw new UsageError({
      message: "max new tokens must be a whole number, 1 or more",
      got: String(maxNewTokens),
    });
  }
  for (const prompt of prompts) checkPrompt(prompt, model.config.vocabSize);
  const continuations = prompts.map((_, row) => {
    const seed = (options.seed ?? 0) + row;
    return createContinuation({
      sampler: createSampler({ ...options, seed }),
      decoder: options.tokenizer === undefined ? undefined : new StreamingDecoder(options.tokenizer),
      eosIds: options.eosIds ?? [],
      maxNewTokens,
    });
  });

  using session = new Session(model, prompts.length, { chunk: options.chunk, padId: options.padId });
  const running = new Set(prompts.keys());
  const tokens = prompts.map((prompt) => prompt.at(-1)!);
  let start = performance.now();
  let logits = await session.prefill(prompts);
  for (;;) {
    const ms = performance.now() - start;
    for (const row of [...running]) {
      const next = continuations[row]!(logits[row]!);
      tokens[row] = next.token;
      if (next.finished !== undefined) running.delete(row);
      yield { row, ...next, ms };
    }
    if (running.size === 0) return;
    start = performance.now();
    logits = await session.decode(tokens);
  }
}
