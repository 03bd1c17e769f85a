/** @file Between text and tokens: tokenizer, streaming, sampling. */
export { type ChatMessage, type ChatTemplate, loadChatTemplate } from "./chat-template.js";
export { type ContinuationOptions, createContinuation, type NextToken } from "./continuation.js";
export { createSampler, isGreedy, notFinite, type Sampler, type SamplingOptions } from "./sampling.js";
export { randomNumbers } from "./random.js";
export { StreamingDecoder } from "./streaming.js";
export { loadTokenizer, type Tokenizer } from "./tokenizer.js";
export { checkPrompt } from "./tokens.js";
