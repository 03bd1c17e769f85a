/** @file Text generation: an async iterator over the tokens of one or several prompts. */
import { UsageError } from "../support/errors.js";
import {
  checkPrompt,
  createContinuation,
  createSampler,
  isGreedy,
  notFinite,
  type Sampler,
  type SamplingOptions,
  StreamingDecoder,
  type Tokenizer,
} from "../tokens/index.js";
import { greedyTokens } from "./greedy.js";
import type { ProgramSet } from "./program-set.js";
import { Session } from "./session.js";

/** Tokens made per prompt, unless another number is asked for. */
export const DEFAULT_NEW_TOKENS = 128;

/** What is made of each prompt, and when it ends. */
export interface GenerateOptions extends SamplingOptions {
  /** Tokens to make per prompt; default 128. */
  readonly maxNewTokens?: number | undefined;
  /** Longest chunk in which prompts are read, in tokens; default: the model's. */
  readonly chunk?: number | undefined;
  /** Any of these ends a sequence; default: the model's own. */
  readonly eosIds?: readonly number[] | undefined;
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
  /** Time since the tokens of the step before were there, in ms; of the first: since the prompts were given. */
  readonly ms: number;
}

/**
 * Continues prompts (token ids, bos included) side by side; each gives what it would give alone. Tokens come as they are
 * made, one per unfinished row and step. Row r draws with seed + r. When nothing is drawn, tokens go from step to step on the device,
 * which works ahead of the caller by a few steps.
 * @throws UsageError for an empty prompt, ids outside of the vocabulary, options out of range; GriffinError for logits that are not finite
 */
export async function* generate(
  model: ProgramSet,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions = {},
): AsyncGenerator<GeneratedToken, void, void> {
  const { maxNewTokens = DEFAULT_NEW_TOKENS, eosIds = model.config.eosIds } = options;
  checkRequest(model, prompts, maxNewTokens);
  const continuations = prompts.map(() => {
    const decoder = options.tokenizer === undefined ? undefined : new StreamingDecoder(options.tokenizer);
    return createContinuation({ decoder, eosIds, maxNewTokens });
  });
  const running = new Set(prompts.keys());
  const drawing = isGreedy(options) ? undefined : samplers(options, prompts.length);

  using session = new Session(model, prompts.length, { chunk: options.chunk });
  const steps =
    drawing === undefined
      ? greedyTokens(session, prompts, maxNewTokens)
      : drawnTokens(session, prompts, drawing, running);
  let before = performance.now();
  for await (const tokens of steps) {
    const now = performance.now();
    const ms = now - before;
    before = now;
    for (const row of [...running]) {
      if (tokens[row]! < 0) throw notFinite("no best token");
      const next = continuations[row]!(tokens[row]!);
      if (next.finished !== undefined) running.delete(row);
      yield { row, ...next, ms };
    }
    if (running.size === 0) return;
  }
}

function checkRequest(
  { config }: ProgramSet,
  prompts: readonly (readonly number[])[],
  maxNewTokens: number,
): void {
  if (prompts.length === 0) throw new UsageError({ message: "no prompts given" });
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1) {
    throw new UsageError({
      message: "max new tokens must be a whole number, 1 or more",
      got: String(maxNewTokens),
    });
  }
  for (const prompt of prompts) checkPrompt(prompt, config.vocabSize);
}

/** One for each row, with random numbers of its own. */
const samplers = (options: SamplingOptions, rows: number): readonly Sampler[] =>
  Array.from({ length: rows }, (_, row) => createSampler({ ...options, seed: (options.seed ?? 0) + row }));

/** A token of each row, step by step, drawn on the host; rows that no longer run go on with their last token. */
async function* drawnTokens(
  session: Session,
  prompts: readonly (readonly number[])[],
  drawing: readonly Sampler[],
  running: ReadonlySet<number>,
): AsyncGenerator<readonly number[], void, void> {
  const tokens = prompts.map((prompt) => prompt.at(-1)!);
  let logits = await session.prefill(prompts);
  for (;;) {
    for (const row of running) tokens[row] = drawing[row]!(logits[row]!);
    yield tokens;
    logits = await session.decode(tokens);
  }
}
