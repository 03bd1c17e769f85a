/** @file Prompts as people give them, as token ids. */
import type { GenerateOptions } from "../serving/index.js";
import { checkPrompt, type Tokenizer } from "../tokens/index.js";

/** A prompt as text, or as token ids that are taken as they are. */
export type Prompt = string | readonly number[];

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
