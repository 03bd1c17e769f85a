/** @file For tests: a tokenizer of few letters, and of markers such as <turn>. */
import type { Tokenizer } from "../../src/tokens/index.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyz <>/\n?";

/** Tokens by their ids: 0 pads, 1 begins, 2 ends; then markers, then letters. */
const PIECES = ["", "<bos>", "<end>", "<turn>", ...LETTERS];

/** Markers that stand in a text are tokens, as tokenizers read them. */
export const toyTokenizer: Tokenizer = {
  encode(text) {
    const ids: number[] = [];
    for (let at = 0; at < text.length; ) {
      const id = PIECES.findIndex((piece) => piece !== "" && text.startsWith(piece, at));
      if (id < 0) throw new Error(`no token for ${text.slice(at)}`);
      ids.push(id);
      at += PIECES[id]!.length;
    }
    return ids[0] === 1 ? ids : [1, ...ids];
  },
  tokenBytes: () => PIECES.map((piece, id) => (id > 2 ? new TextEncoder().encode(piece) : undefined)),
  decode: (ids) => ids.map((id) => (id > 2 ? (PIECES[id] ?? "x") : "")).join(""),
};

/** Ids as pieces, for reading. */
export const piecesOf = (ids: readonly number[]): string =>
  ids.map((id) => PIECES[id] ?? `{${id}}`).join(".");
