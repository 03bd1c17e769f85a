import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BoundsError, checkBounds } from "../../../src/tokens/sentencepiece/bounds.js";
import { sentencePieceTokenizer } from "../../../src/tokens/sentencepiece/tokenizer.js";

/** A field of a message, by the byte that begins it: its number and how it is stored. */
const EMPTY_PIECE = Buffer.of(0x0a, 0);
const EMPTY_SAMPLE_DATA = Buffer.of(0x22, 0);
const UNKNOWN = Buffer.of(0x78, 0);

const many = (field: Buffer, count: number): Buffer => Buffer.alloc(count * field.length, field);

test.each(["bpe.model", "unigram.model"])(
  "%s, as SentencePiece writes it, is within all bounds",
  async (name) => {
    expect(checkBounds(await readFile(join(import.meta.dirname, name)))).toBeUndefined();
  },
);

test.each([
  ["pieces", many(EMPTY_PIECE, 2 ** 21 + 1)],
  ["messages beside them", many(EMPTY_SAMPLE_DATA, 2 ** 22 + 1)],
  ["fields that nobody knows", many(UNKNOWN, 2 ** 22 + 1)],
])("a file of %s without number is refused before it is read", (_, bytes) => {
  expect(() => sentencePieceTokenizer(bytes, 2)).toThrow(
    new BoundsError(
      "it has more than a model: at most 2097152 pieces and 8388608 bytes beside them are read",
    ),
  );
});

test("a piece of fields without number is refused before it is read", () => {
  const fields = many(UNKNOWN, 2 ** 15);
  const bytes = Buffer.concat([Buffer.of(0x0a, 0x80, 0x80, 0x04), fields]);
  expect(() => sentencePieceTokenizer(bytes, 2)).toThrow(
    new BoundsError("it has a piece of 65540 bytes, at most 65536 are read"),
  );
});
