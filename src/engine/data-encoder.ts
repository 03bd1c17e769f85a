/** @file How examples become tokens of a model: by the tokenizer and the chat template of its folder. */
import type { Encoder } from "../data/index.js";
import type { LanguageModel } from "../serving/index.js";
import { loadChatTemplate, loadTokenizer } from "../tokens/index.js";

/** @throws UsageError without a tokenizer that can be used, or with a chat template that cannot */
export async function dataEncoder(
  folder: string,
  { bosId, eosIds, vocabSize }: LanguageModel,
): Promise<Encoder> {
  const tokenizer = await loadTokenizer(folder, bosId, vocabSize);
  const chat = await loadChatTemplate(folder);
  return { encode: (text) => tokenizer.encode(text), bosId, eosId: eosIds[0]!, chat };
}
