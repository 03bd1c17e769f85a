/** @file Between text and tokens: tokenizer, streaming, sampling. */
export { type ChatMessage, type ChatTemplate, loadChatTemplate } from "./chat-template.js";
export {
  type ContinuationOptions,
  createContinuation,
  type Finished,
  type NextToken,
} from "./continuation.js";
export { type DialogueFormat, encodeDialogue, encodeTyped, type Turn } from "./dialogue.js";
export { createSampler, LOWEST_EXPONENT, notFinite, POWER, RULED_OUT, type Sampler } from "./sampling.js";
export {
  biasOf,
  countsOf,
  isGreedy,
  ruledOutBy,
  type SamplingOptions,
  type SamplingParts,
  samplingParts,
  samplingSettings,
} from "./sampling-options.js";
export { beginFormat } from "./begin-format.js";
export type { Format } from "./formats/format.js";
export type { FormatProgress } from "./formats/format-progress.js";
export { LONGEST_TOKENIZER_FILE, TOKENIZER_FILES, type TokenizerFiles } from "./checkpoint-files.js";
export { randomNumbers, randomWords } from "./random.js";
export { StreamingDecoder } from "./streaming.js";
export { loadTokenizer, type Tokenizer } from "./tokenizer.js";
export { checkPrompt, checkTexts } from "./tokens.js";
export { checkStops } from "./stop-strings.js";
