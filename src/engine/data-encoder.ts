/** @file How examples become tokens of a model: by the tokenizer and the chat template of its folder. */
import type { Encoder } from "../data/index.js";
import type { LanguageModel } from "../serving/index.js";
import { encodeDialogue, loadChatTemplate, loadTokenizer } from "../tokens/index.js";

/** @throws UsageError without a tokenizer that can be used, or with a chat template that cannot */
export async function dataEncoder(
  folder: string,
  { bosId, eosIds, vocabSize }: LanguageModel,
): Promise<Encoder> {
  const tokenizer = await loadTokenizer(folder, bosId, vocabSize);
  const template = await loadChatTemplate(folder);
  const format = { template, tokenizer, markers: [bosId, ...eosIds] };
  return {
    encode: (text) => tokenizer.encode(text),
    dialogue: (messages, asked) => encodeDialogue(format, messages, asked),
    bosId,
    eosId: eosIds[0]!,
  };
}
