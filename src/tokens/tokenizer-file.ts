/** @file What we read of a tokenizer.json ourselves, and mend in it, before the library has it. */
import { z } from "zod";

/** The part of tokenizer.json that matters here; everything else is the library's. */
export const tokenizerFile = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.number(), content: z.string() })).default([]),
  model: z.looseObject({
    byte_fallback: z.boolean().nullish(),
    vocab: z.union([z.record(z.string(), z.number()), z.array(z.tuple([z.string(), z.number()]))]),
  }),
});

export type TokenizerFile = z.output<typeof tokenizerFile>;

/** The first of the 256 pieces that stand for single bytes. */
const FIRST_BYTE = "<0x00>";

/**
 * In a SentencePiece vocabulary control pieces come first, then those the author defined (turn markers, HTML
 * tags), then the bytes. Some conversions of Gemma's list only the control pieces as added tokens, and
 * `<start_of_turn>` falls apart into letters. The result lists every piece before the bytes; other files come
 * back unchanged.
 */
export function promoteUserPieces(file: TokenizerFile): TokenizerFile {
  const { byte_fallback, vocab } = file.model;
  const pieces = Array.isArray(vocab) ? [] : Object.entries(vocab);
  const firstByte = pieces.find(([piece]) => piece === FIRST_BYTE)?.[1];
  if (byte_fallback !== true || firstByte === undefined) return file;
  const listed = new Set(file.added_tokens.map(({ id }) => id));
  const lost = pieces
    .filter(([, id]) => id < firstByte && !listed.has(id))
    .map(([content, id]) => ({ id, content, ...WHOLE }));
  return { ...file, added_tokens: [...file.added_tokens, ...lost] };
}

/** Matched as they stand, in any place, and part of the text. */
const WHOLE = {
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: false,
} as const;
