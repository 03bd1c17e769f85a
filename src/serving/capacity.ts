/** @file How many tokens a sequence may have: states that grow hold so many, and a number computed beyond that would be a wrong one. */
import { UsageError } from "../support/errors.js";
import type { LanguageModel } from "./language-model.js";

/** @throws UsageError where a sequence, one of `lengths` tokens, would have more than the model's states hold */
export function checkCapacity({ capacity }: LanguageModel, lengths: readonly number[]): void {
  if (capacity === undefined) return;
  const row = lengths.findIndex((length) => length > capacity);
  if (row < 0) return;
  throw new UsageError({
    message: `row ${row} would have more tokens than the model holds of a sequence`,
    expected: `at most ${capacity}`,
    got: String(lengths[row]),
    hint: "a shorter prompt, fewer new tokens, or a larger capacity, if max_position_embeddings in config.json allows it",
  });
}

/** Tokens that can be made after a prompt of `length`: the last one is not read. Without a bound, `most`. */
export const newTokensAfter = ({ capacity }: LanguageModel, length: number, most: number): number =>
  capacity === undefined ? most : Math.max(1, Math.min(most, capacity - length + 1));
