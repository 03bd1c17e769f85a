/** @file The pieces of a SentencePiece model, as its ways of splitting text need them. */
import { type ModelProto, ModelProto_SentencePiece_Type as Type } from "./proto/sentencepiece_model_pb.js";
import { Trie } from "./trie.js";

/** What text is split into. */
export interface Pieces {
  /** By UTF-8, those that text can be: not control pieces, bytes and the unknown one. */
  readonly trie: Trie;
  /** Those of the author's, which are never split; undefined when there are none. */
  readonly userDefined: Trie | undefined;
  readonly texts: readonly string[];
  readonly types: readonly Type[];
  /** f32. */
  readonly scores: Float32Array;
  readonly unknown: number;
  /** The id of each byte; absent where the model has none. */
  readonly bytes: readonly number[] | undefined;
}

/** A byte's piece, e.g. `<0x0A>`. */
export const bytePiece = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;

/** @throws RangeError for a model without an unknown piece, or that falls back to bytes that it does not have */
export function piecesOf({ pieces, trainerSpec }: ModelProto): Pieces {
  const texts = pieces.map(({ piece }) => piece);
  const types = pieces.map(({ type }) => type);
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  const trieOf = (kinds: readonly Type[]): Trie => {
    const those = [...encoded.keys()].filter((id) => kinds.includes(types[id]!));
    const trie = new Trie(those.reduce((sum, id) => sum + encoded[id]!.length, 0));
    for (const id of those) trie.add(encoded[id]!, id);
    return trie;
  };
  const unknown = types.indexOf(Type.UNKNOWN);
  if (unknown < 0) throw new RangeError("it has no piece for what is unknown");
  const falls = trainerSpec?.byteFallback === true;
  const bytes = falls ? Array.from({ length: 256 }, (_, byte) => texts.indexOf(bytePiece(byte))) : undefined;
  if (bytes?.some((id) => types[id] !== Type.BYTE)) {
    throw new RangeError("it falls back to bytes, and has not a piece for each");
  }
  return {
    trie: trieOf([Type.NORMAL, Type.USER_DEFINED, Type.UNUSED]),
    userDefined: types.includes(Type.USER_DEFINED) ? trieOf([Type.USER_DEFINED]) : undefined,
    texts,
    types,
    scores: Float32Array.from(pieces, ({ score }) => score),
    unknown,
    bytes,
  };
}
