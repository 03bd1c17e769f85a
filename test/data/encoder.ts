/** @file For tests: characters are tokens: byte + 3, as in the demo's tokenizer. */
import type { Encoder } from "../../src/data/index.js";

const encode: Encoder["encode"] = (text) =>
  [2, ...new TextEncoder().encode(text)].map((byte, i) => (i === 0 ? byte : byte + 3));

/** 2 begins, 1 ends. */
export const bytesEncoder: Encoder = {
  encode,
  bosId: 2,
  eosId: 1,
  dialogue: (messages, asked) =>
    encode(messages.map(({ role, content }) => `${role[0]}:${content};`).join("") + (asked ? "a:" : "")),
};

/** Text of tokens, the first and last ones as < and >, padding as _. */
export const shown = (tokens: Iterable<number>): string =>
  [...tokens].map((id) => ["_", ">", "<"][id] ?? String.fromCharCode(id - 3)).join("");
