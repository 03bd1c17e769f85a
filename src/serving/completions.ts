/** @file Whole texts of a generation, each as it ends. */
import { expectGiven } from "../support/given.js";
import type { Finished } from "../tokens/index.js";
import type { GeneratedToken } from "./generate.js";
import type { TokenLogprobs } from "./logprobs.js";

/** What came after one prompt. */
export interface Completion {
  /** Which prompt it continues. */
  readonly row: number;
  readonly tokens: readonly number[];
  readonly text: string;
  /** Why it ended. */
  readonly finished: Finished;
  /** Where a format was asked for: whether the text is of it, or was cut off before. */
  readonly complete?: boolean;
  /** Of each token, where `logprobs` asks for them. */
  readonly logprobs?: readonly TokenLogprobs[];
}

interface Unfinished {
  readonly tokens: number[];
  readonly logprobs: TokenLogprobs[];
  text: string;
}

/**
 * The texts of `generate`, in the order in which they end. Of more prompts than the batch has rows, no more are held than are being made.
 *
 *     for await (const { row, text } of completions(generate(model, prompts, { batch: 8 }))) ...
 *
 * @throws what `generate` throws
 */
export async function* completions(
  tokens: AsyncIterable<GeneratedToken>,
): AsyncGenerator<Completion, void, void> {
  const isIterable = typeof tokens === "object" && tokens !== null && Symbol.asyncIterator in tokens;
  expectGiven(isIterable, tokens, { by: "completions", what: "tokens", expected: "what generate gives" });
  const unfinished = new Map<number, Unfinished>();
  for await (const { row, token, text, finished, complete, logprobs } of tokens) {
    const made = unfinished.get(row) ?? { tokens: [], logprobs: [], text: "" };
    unfinished.set(row, made);
    made.tokens.push(token);
    made.text += text;
    if (logprobs !== undefined) made.logprobs.push(logprobs);
    if (finished === undefined) continue;
    unfinished.delete(row);
    yield {
      ...{ row, tokens: made.tokens, text: made.text, finished },
      ...(complete === undefined ? {} : { complete }),
      ...(logprobs === undefined ? {} : { logprobs: made.logprobs }),
    };
  }
}
