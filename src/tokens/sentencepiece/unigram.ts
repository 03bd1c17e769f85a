/** @file The most likely split of a text into pieces (Kudo 2018, "Subword regularization", section 3; Viterbi's algorithm). */
import { characterBytes } from "../../support/utf8.js";
import type { Pieces } from "./pieces.js";
import { ModelProto_SentencePiece_Type as Type } from "./proto/sentencepiece_model_pb.js";
import { NONE } from "./trie.js";

/** How much worse than the worst piece an unknown character is. */
const UNKNOWN_PENALTY = 10;

/** Ends of the pieces of normalised text and their ids, in order. */
export type Split = (text: Uint8Array) => {
  readonly ends: readonly number[];
  readonly ids: readonly number[];
};

/** What keeps a piece that its user defined behind the best ones of its length. */
const OWN_MALUS = Math.fround(0.1);

/** Scores are added in f32, as SentencePiece does since 0.2.3 (in f64 before): ties would fall otherwise. */
export function unigramSplit({ trie, types, scores, unknown }: Pieces): Split {
  const normal = scores.filter((_, id) => types[id] === Type.NORMAL);
  const worst = normal.reduce((least, score) => Math.min(least, score), FLOAT_MAX);
  const best = normal.reduce((most, score) => Math.max(most, score), FLOAT_MIN);
  const unknownScore = Math.fround(worst - UNKNOWN_PENALTY);
  const USED = 1;
  const OWN = 2;
  const kinds = Uint8Array.from(types, (type) =>
    type === Type.UNUSED ? 0 : type === Type.USER_DEFINED ? OWN : USED,
  );
  return (text) => {
    const size = text.length;
    const total = new Float32Array(size + 1);
    const from = new Int32Array(size + 1).fill(NONE);
    const last = new Int32Array(size + 1);
    const offer = (end: number, begin: number, id: number, score: number) => {
      if (from[end] !== NONE && !(score > total[end]!)) return;
      total[end] = score;
      from[end] = begin;
      last[end] = id;
    };
    for (let begin = 0; begin < size; ) {
      const character = Math.min(characterBytes(text[begin]!), size - begin);
      const before = total[begin]!;
      let isPiece = false;
      let node = trie.root;
      for (let end = begin + 1; end <= size; end++) {
        node = trie.next(node, text[end - 1]!);
        if (node === NONE) break;
        const id = trie.valueAt(node);
        if (id === NONE || kinds[id] === 0) continue;
        const length = end - begin;
        const score = kinds[id] === OWN ? Math.fround(Math.fround(length * best) - OWN_MALUS) : scores[id]!;
        offer(end, begin, id, Math.fround(score + before));
        if (length === character) isPiece = true;
      }
      if (!isPiece) offer(begin + character, begin, unknown, Math.fround(unknownScore + before));
      begin += character;
    }
    const ends: number[] = [];
    const ids: number[] = [];
    for (let end = size; end > 0; end = from[end]!) {
      ends.push(end);
      ids.push(last[end]!);
    }
    return { ends: ends.reverse(), ids: ids.reverse() };
  };
}

/** C's FLT_MAX and FLT_MIN, where SentencePiece begins to look for the least and the greatest score. */
const FLOAT_MAX = 3.4028234663852886e38;
const FLOAT_MIN = 1.1754943508222875e-38;
