/** @file What each token adds to a text, in bytes of UTF-8: characters may be split between tokens. */
import type { TokenizerFile } from "./tokenizer-file.js";

/** Bytes by token id; undefined for tokens that add none, such as the end of a sequence. */
export type TokenBytes = readonly (Uint8Array | undefined)[];

const encoder = new TextEncoder();

/** What stands for a space in a piece of SentencePiece. */
export const MARK = "\u2581";

/** Decoders that make pieces with marks for spaces into text, one after the other. */
const OF_PIECES = ["Metaspace", "Replace", "ByteFallback", "Fuse", "Strip"];

/** The byte of a piece such as `<0x0A>`. */
export const byteOf = (piece: string): number => Number.parseInt(piece.slice(3, 5), 16);

/** The bytes of a SentencePiece piece: marks are spaces, and `<0x0A>` is a byte where bytes are pieces. */
export function pieceBytes(piece: string, isByte: boolean): Uint8Array {
  if (isByte) return Uint8Array.of(byteOf(piece));
  return encoder.encode(piece.replaceAll(MARK, " "));
}

/**
 * The tokens of a tokenizer.json.
 * @throws RangeError for a decoder by which a token's text depends on its neighbours
 */
export function fileTokenBytes(file: TokenizerFile): TokenBytes {
  const { vocab, byte_fallback } = file.model;
  const pieces: readonly (readonly [string, number])[] = Array.isArray(vocab)
    ? vocab.map(([piece], id) => [piece, id] as const)
    : Object.entries(vocab);
  const toBytes = bytesBy(decodersOf(file.decoder), byte_fallback === true);
  const found: (Uint8Array | undefined)[] = [];
  for (const [piece, id] of pieces) found[id] = toBytes(piece);
  for (const { id, content, special } of file.added_tokens)
    found[id] = special === true ? undefined : encoder.encode(content);
  return Array.from(found);
}

function bytesBy(decoders: readonly string[], falls: boolean): (piece: string) => Uint8Array {
  if (decoders.includes("ByteLevel")) return byteLevel;
  const other = decoders.find((type) => !OF_PIECES.includes(type));
  if (other === undefined && decoders.length > 0)
    return (piece) => pieceBytes(piece, falls && /^<0x[0-9A-F]{2}>$/.test(piece));
  throw new RangeError(`its decoder is ${other ?? "none"}; known are ByteLevel and ${OF_PIECES.join(", ")}`);
}

/** Types of a decoder and of those that it is a sequence of. */
function decodersOf(decoder: unknown): readonly string[] {
  if (typeof decoder !== "object" || decoder === null || !("type" in decoder)) return [];
  if ("decoders" in decoder && Array.isArray(decoder.decoders)) return decoder.decoders.flatMap(decodersOf);
  return [String(decoder.type)];
}

/** Bytes by the characters that stand for them: those that are printed stand for themselves, the others for themselves 256 and up, in their order. */
const BYTES: ReadonlyMap<string, number> = bytesByCharacter();

function bytesByCharacter(): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let hidden = 256;
  for (let byte = 0; byte < 256; byte++) {
    const isPrinted = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    found.set(String.fromCodePoint(isPrinted ? byte : hidden++), byte);
  }
  return found;
}

/** What is none of these characters is text as it is. */
function byteLevel(piece: string): Uint8Array {
  const bytes = Array.from(piece, (character) => BYTES.get(character));
  return bytes.includes(undefined) ? encoder.encode(piece) : Uint8Array.from(bytes as number[]);
}
