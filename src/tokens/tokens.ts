/** @file Token ids from people, checked before they reach the model. */
import { UsageError } from "../support/errors.js";
import { expectGiven, shown } from "../support/given.js";

/** What holds token ids: a list, or an array of integers. */
const isList = (ids: unknown): ids is ArrayLike<number> => Array.isArray(ids) || ArrayBuffer.isView(ids);

/** Checks that there is a list, of prompts or of tokens; what is in it is not looked at. @throws UsageError */
export const checkTexts = (by: string, texts: unknown, of: "prompts" | "tokens" = "prompts"): void =>
  expectGiven(of === "prompts" ? Array.isArray(texts) : isList(texts), texts, {
    by,
    what: `list of ${of}`,
    expected:
      of === "prompts" ? "a list of lists of token ids, such as [[2, 5]]" : "a list of token ids, one a row",
  });

/**
 * Checks that `ids` can be a prompt of a model with `vocabSize` tokens. The compiled program would clamp an
 * id out of range and answer nonsense. Throws UsageError for what is no list, an empty prompt, and ids that are not
 * in the vocabulary.
 */
export function checkPrompt(ids: readonly number[], vocabSize: number): void {
  if (!isList(ids)) {
    throw new UsageError({
      message: "the prompt is no list of tokens",
      expected: "token ids, whole numbers",
      got: shown(ids),
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
    got: shown(ids[at]),
    hint: "were the tokens made with the tokenizer of this checkpoint?",
  });
}
