/** @file Prompts as people give them, as token ids. */
import type { GenerateOptions } from "../serving/index.js";
import { UsageError } from "../support/errors.js";
import { shown } from "../support/given.js";
import { checkPrompt, type Tokenizer } from "../tokens/index.js";

/** A prompt as text, or as token ids that are taken as they are. */
export type Prompt = string | readonly number[];

/**
 * One prompt or several as a list: token ids are one prompt, a list of texts or of lists of ids is several.
 * @throws UsageError for what JavaScript gives instead
 */
export function listOfPrompts(prompts: Prompt | readonly Prompt[]): readonly Prompt[] {
  if (typeof prompts === "string") return [prompts];
  const given: unknown = prompts;
  if (Array.isArray(given)) {
    if (given.every((item) => typeof item === "number")) return [given];
    if (given.every((item) => typeof item === "string" || Array.isArray(item))) return given;
  }
  throw new UsageError({
    message: "this is no prompt",
    expected: "a text, a list of token ids, or a list of such",
    got: Array.isArray(given)
      ? `a list of ${[...new Set(given.map((item) => typeof item))].join(", ")}`
      : shown(given),
  });
}

/** What knows the tokens of a model. */
interface Vocabulary {
  readonly vocabSize: number;
  tokenizer(): Promise<Tokenizer>;
}

/**
 * Token ids of prompts. The tokenizer is loaded only for text, or for what asks for the text that is made, and given back then.
 * @throws UsageError for what the vocabulary lacks
 */
export async function encodePrompts(
  prompts: readonly Prompt[],
  vocabulary: Vocabulary,
  { stop = [], format }: Pick<GenerateOptions, "stop" | "format"> = {},
) {
  const hasText = prompts.some((prompt) => typeof prompt === "string");
  const isText = hasText || stop.length > 0 || format !== undefined;
  const tokenizer = isText ? await vocabulary.tokenizer() : undefined;
  const ids = prompts.map((prompt) => (typeof prompt === "string" ? tokenizer!.encode(prompt) : prompt));
  for (const prompt of ids) checkPrompt(prompt, vocabulary.vocabSize);
  return { tokenizer, prompts: ids };
}
