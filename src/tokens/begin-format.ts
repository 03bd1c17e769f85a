/** @file The beginning of a text of a format. What formats need is loaded when one is asked for: a start does without. */
import type { Format } from "./formats/format.js";
import type { FormatProgress } from "./formats/format-progress.js";
import type { Tokenizer } from "./tokenizer.js";

/**
 * The beginning of a text of a format. What is found out of a format is kept for the next one.
 * @param vocabSize tokens of the model
 * @param eosIds tokens that end a text, and are no part of it: allowed where it is complete
 * @throws UsageError for a format that cannot be held to, with the place in the expression or the schema
 */
export async function beginFormat(
  format: Format,
  tokenizer: Tokenizer,
  vocabSize: number,
  eosIds: readonly number[],
): Promise<FormatProgress> {
  const { progressOf } = await import("./formats/format.js");
  return progressOf(format, tokenizer, vocabSize, eosIds);
}
