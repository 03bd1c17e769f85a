/** @file Token ids from people, checked before they reach the model. */
import { UsageError } from "../support/errors.js";

/**
 * Checks that `ids` can be a prompt of a model with `vocabSize` tokens. The compiled program would clamp an
 * id out of range and answer nonsense. Throws UsageError for what is no list, an empty prompt, and ids that are not
 * in the vocabulary.
 */
export function checkPrompt(ids: readonly number[], vocabSize: number): void {
  if (!Array.isArray(ids) && !ArrayBuffer.isView(ids)) {
    throw new UsageError({
      message: "the prompt is no list of tokens",
      expected: "token ids, whole numbers",
      got: typeof ids === "string" ? JSON.stringify(ids) : String(ids),
      hint: "a tokenizer makes them of text; what load gives takes text, too",
    });
  }
  if (ids.length === 0) {
    throw new UsageError({ message: "the prompt is empty", expected: "at least one token" });
  }
  const at = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize);
  if (at < 0) return;
  throw new UsageError({
    message: `token ${at} of the prompt is not in the vocabulary`,
    expected: `an integer from 0 to ${vocabSize - 1}`,
    got: `${ids[at]}`,
    hint: "were the tokens made with the tokenizer of this checkpoint?",
  });
}
