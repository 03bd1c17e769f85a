/** @file How examples become tokens of a model: by the tokenizer and the chat template of its folder. */
import type { Encoder } from "../data/index.js";
import type { LanguageModel } from "../serving/index.js";
import {
  type ChatTemplate,
  encodeDialogue,
  loadChatTemplate,
  loadTokenizer,
  type Tokenizer,
} from "../tokens/index.js";

/** How examples become tokens, by a tokenizer and a template that are loaded. */
export function encoderOf(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  { bosId, eosIds }: LanguageModel,
): Encoder {
  const format = { template, tokenizer, markers: [bosId, ...eosIds] };
  return {
    encode: (text) => tokenizer.encode(text),
    dialogue: (messages, asked) => encodeDialogue(format, messages, asked),
    bosId,
    eosId: eosIds[0]!,
  };
}

/** @throws UsageError without a tokenizer that can be used, or with a chat template that cannot */
export async function dataEncoder(folder: string, language: LanguageModel): Promise<Encoder> {
  const tokenizer = await loadTokenizer(folder, language.bosId, language.vocabSize);
  return encoderOf(tokenizer, await loadChatTemplate(folder), language);
}
