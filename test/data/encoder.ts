/** @file For tests: characters are tokens: byte + 3, as in the demo's tokenizer. */
import type { Encoder } from "../../src/data/index.js";

const plainChat: Encoder["chat"] = {
  render: (messages, { generationPrompt = false } = {}) =>
    messages.map(({ role, content }) => `${role[0]}:${content};`).join("") + (generationPrompt ? "a:" : ""),
};

/** 2 begins, 1 ends. */
export const bytesEncoder: Encoder = {
  encode: (text) => [2, ...new TextEncoder().encode(text)].map((byte, i) => (i === 0 ? byte : byte + 3)),
  bosId: 2,
  eosId: 1,
  chat: plainChat,
};

/** Text of tokens, the first and last ones as < and >, padding as _. */
export const shown = (tokens: Iterable<number>): string =>
  [...tokens].map((id) => ["_", ">", "<"][id] ?? String.fromCharCode(id - 3)).join("");
