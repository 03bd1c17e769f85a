/** @file Text <-> token ids by a tokenizer.model of SentencePiece. */
import { fromBinary } from "@bufbuild/protobuf";
import { bpeSplit } from "./bpe.js";
import { BoundsError, checkBounds } from "./bounds.js";
import { byteOf, MARK, pieceBytes, type TokenBytes } from "../token-bytes.js";
import { CharsMap } from "./charsmap.js";
import { type Normalization, normalize } from "./normalizer.js";
import { type Pieces, piecesOf } from "./pieces.js";
import {
  type ModelProto,
  ModelProto_SentencePiece_Type as Type,
  ModelProtoSchema,
  TrainerSpec_ModelType as ModelType,
} from "./proto/sentencepiece_model_pb.js";
import { type Split, unigramSplit } from "./unigram.js";

/** A tokenizer, and how many pieces it has. */
export interface SentencePieceTokenizer {
  /** Ids of a text, the one that begins a sequence in front. */
  encode(text: string): number[];
  /** The text of ids; control pieces have none. @throws RangeError for an id that is no piece's */
  decode(ids: readonly number[]): string;
  /** What each piece adds to a text in its midst; undefined for control pieces and the unknown one. */
  tokenBytes(): TokenBytes;
  readonly pieces: number;
}

/**
 * The tokenizer that a model describes: its ids are those of SentencePiece's own library, with `bosId` in front. Control pieces that
 * stand in the text are text.
 * @throws RangeError for what is no model, or one of a kind that is not known
 */
export function sentencePieceTokenizer(bytes: Uint8Array, bosId: number): SentencePieceTokenizer {
  const model = parse(bytes);
  const pieces = piecesOf(model);
  const split = splitOf(model, pieces);
  const how = normalizationOf(model, pieces);
  const { unknown, bytes: byteIds, types } = pieces;
  const encoder = new TextEncoder();
  return {
    pieces: pieces.texts.length,
    encode: (text) => {
      const normalized = normalize(encoder.encode(text), how);
      const { ends, ids } = split(normalized);
      const result = [bosId];
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i]!;
        if (types[id] !== Type.UNKNOWN) result.push(id);
        else if (byteIds !== undefined) {
          for (let at = ends[i - 1] ?? 0; at < ends[i]!; at++) result.push(byteIds[normalized[at]!]!);
        } // Unknown characters side by side are one.
        else if (ids[i - 1] !== unknown) result.push(unknown);
      }
      return result;
    },
    decode: (ids) => decode(ids, model, pieces),
    tokenBytes: () =>
      pieces.texts.map((text, id) => {
        const type = types[id]!;
        return type === Type.CONTROL || type === Type.UNKNOWN
          ? undefined
          : pieceBytes(text, type === Type.BYTE);
      }),
  };
}

function parse(bytes: Uint8Array): ModelProto {
  let model: ModelProto;
  try {
    checkBounds(bytes);
    model = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    if (error instanceof BoundsError) throw error;
    throw new RangeError(
      `it is no model of SentencePiece (${error instanceof Error ? error.message : error})`,
    );
  }
  if (model.pieces.length === 0) throw new RangeError("it has no pieces");
  // They are written behind the pieces: a file that is cut off between two pieces lacks them.
  if (model.trainerSpec === undefined || model.normalizerSpec === undefined) {
    throw new RangeError("it does not say how text is normalised and split: it is cut off");
  }
  if ((model.denormalizerSpec?.precompiledCharsmap.length ?? 0) > 0) {
    throw new RangeError("it changes text after decoding, which is not known here");
  }
  return model;
}

function splitOf({ trainerSpec }: ModelProto, pieces: Pieces): Split {
  const type = trainerSpec?.modelType ?? ModelType.UNIGRAM;
  if (type === ModelType.UNIGRAM) return unigramSplit(pieces);
  if (type === ModelType.BPE) return bpeSplit(pieces);
  throw new RangeError(`it splits text by ${ModelType[type]}; known are UNIGRAM and BPE`);
}

function normalizationOf(
  { trainerSpec, normalizerSpec }: ModelProto,
  { userDefined }: Pieces,
): Normalization {
  const table = normalizerSpec?.precompiledCharsmap ?? new Uint8Array(0);
  return {
    charsMap: table.length === 0 ? undefined : new CharsMap(table),
    userDefined,
    addDummyPrefix: normalizerSpec?.addDummyPrefix ?? true,
    removeExtraWhitespaces: normalizerSpec?.removeExtraWhitespaces ?? true,
    escapeWhitespaces: normalizerSpec?.escapeWhitespaces ?? true,
    whitespaceIsSuffix: trainerSpec?.treatWhitespaceAsSuffix ?? false,
  };
}

/** The text of ids; a byte that is part of no character becomes U+FFFD. */
function decode(ids: readonly number[], model: ModelProto, { texts, types }: Pieces): string {
  const { addDummyPrefix = true, removeExtraWhitespaces = true } = model.normalizerSpec ?? {};
  const dropsMark = addDummyPrefix || removeExtraWhitespaces;
  let text = "";
  let pending: number[] = [];
  let atStart = true;
  let markSeen = false;
  const flush = () => {
    if (pending.length > 0) text += textOfBytes(pending);
    pending = [];
  };
  for (const id of ids) {
    const piece = texts[id];
    if (piece === undefined) throw new RangeError(`token ${id} is none of its ${texts.length} pieces`);
    if (types[id] === Type.BYTE) {
      pending.push(byteOf(piece));
      continue;
    }
    flush();
    if (markSeen || text !== "") atStart = false;
    markSeen = false;
    if (types[id] === Type.CONTROL) continue;
    if (types[id] === Type.UNKNOWN) {
      text += model.trainerSpec?.unkSurface ?? " \u2047 ";
      continue;
    }
    const drops = atStart && dropsMark && piece.startsWith(MARK);
    // Where extra spaces are removed, all in front of the text are.
    markSeen = drops && !removeExtraWhitespaces;
    text += (drops ? piece.slice(MARK.length) : piece).replaceAll(MARK, " ");
  }
  flush();
  return text;
}

/** UTF-8, where each byte that is part of no character is one U+FFFD. */
function textOfBytes(bytes: readonly number[]): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const size = validCharacterBytes(bytes, at);
    text += size === 0 ? "\uFFFD" : Buffer.from(bytes.slice(at, at + size)).toString("utf8");
    at += Math.max(1, size);
  }
  return text;
}

/** Bytes of the character at a place, 0 where there is none (Unicode 15, table 3-7). */
function validCharacterBytes(bytes: readonly number[], at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size === 0 || at + size > bytes.length) return 0;
  const second = bytes[at + 1]!;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i = at + 2; i < at + size; i++) if (bytes[i]! < 0x80 || bytes[i]! > 0xbf) return 0;
  return size;
}
