/** @file Text split by merging the best pair of neighbours again and again (Sennrich et al. 2016; scores say which is best). */
import { PairQueue } from "./pair-queue.js";
import { characterBytes } from "../../support/utf8.js";
import type { Pieces } from "./pieces.js";
import { ModelProto_SentencePiece_Type as Type } from "./proto/sentencepiece_model_pb.js";
import { NONE } from "./trie.js";
import type { Split } from "./unigram.js";

/** Splits as SentencePiece's BPE does: of equal scores the leftmost pair first; pieces of the author's are never merged. */
export function bpeSplit(pieces: Pieces): Split {
  const { trie, userDefined, types, scores, unknown } = pieces;
  return (text) => {
    const symbols = new Symbols(text, userDefined);
    const { begins, ends, next, previous, frozen } = symbols;
    // Where the walk over a symbol's bytes ends, from which that over a pair goes on.
    const nodes = Int32Array.from({ length: symbols.count }, (_, i) =>
      trie.walk(trie.root, text, begins[i]!, ends[i]!),
    );
    const queue = new PairQueue();
    // What pieces that are not to be used were merged of, by the bytes they cover.
    const halves = new Map<number, number>();
    const offer = (left: number, right: number) => {
      if (left === NONE || right === NONE || frozen[left] === 1 || frozen[right] === 1) return;
      const node = trie.walk(nodes[left]!, text, begins[right]!, ends[right]!);
      const id = node === NONE ? NONE : trie.valueAt(node);
      if (id === NONE) return;
      queue.push(scores[id]!, left, right, ends[right]! - begins[left]!);
      if (types[id] === Type.UNUSED) halves.set(id, ends[left]! - begins[left]!);
    };
    for (let i = 1; i < symbols.count; i++) offer(i - 1, i);
    for (let pair = queue.pop(); pair !== undefined; pair = queue.pop()) {
      const { left, right, size } = pair;
      const [leftSize, rightSize] = [ends[left]! - begins[left]!, ends[right]! - begins[right]!];
      if (leftSize === 0 || rightSize === 0 || leftSize + rightSize !== size) continue;
      nodes[left] = trie.walk(nodes[left]!, text, begins[right]!, ends[right]!);
      ends[left] = ends[right]!;
      next[left] = next[right]!;
      if (next[right] !== NONE) previous[next[right]!] = left;
      begins[right] = ends[right]!;
      offer(previous[left]!, left);
      offer(left, next[left]!);
    }
    const result = { ends: [] as number[], ids: [] as number[] };
    const put = (begin: number, end: number): void => {
      const node = trie.walk(trie.root, text, begin, end);
      const id = node === NONE ? NONE : trie.valueAt(node);
      const half = id !== NONE && types[id] === Type.UNUSED ? halves.get(id) : undefined;
      if (half !== undefined) {
        put(begin, begin + half);
        put(begin + half, end);
        return;
      }
      result.ends.push(end);
      result.ids.push(id === NONE ? unknown : id);
    };
    for (let i = symbols.count === 0 ? NONE : 0; i !== NONE; i = next[i]!) put(begins[i]!, ends[i]!);
    return result;
  };
}

/** Characters and pieces of the author's, as a list that merging shortens. */
class Symbols {
  readonly begins: Int32Array;
  readonly ends: Int32Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly frozen: Uint8Array;
  readonly count: number;

  constructor(text: Uint8Array, userDefined: Pieces["userDefined"]) {
    const size = text.length;
    this.begins = new Int32Array(size);
    this.ends = new Int32Array(size);
    this.next = new Int32Array(size);
    this.previous = new Int32Array(size);
    this.frozen = new Uint8Array(size);
    let count = 0;
    for (let at = 0; at < size; count++) {
      const own = userDefined?.longestAt(text, at) ?? 0;
      const end = at + (own > 0 ? own : Math.min(characterBytes(text[at]!), size - at));
      this.begins[count] = at;
      this.ends[count] = end;
      this.next[count] = end === size ? NONE : count + 1;
      this.previous[count] = count - 1;
      if (own > 0) this.frozen[count] = 1;
      at = end;
    }
    this.count = count;
  }
}
