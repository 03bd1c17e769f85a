import { expect, test } from "vitest";
import { CharsMap } from "../../../src/tokens/sentencepiece/charsmap.js";

/** A table of one unit, which no text begins with, and these replacements. */
const table = (replacements: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(4, 0, 0, 0), Uint8Array.of(0, 0, 0, 0), replacements]);

test("a table that replaces a character by a thousand bytes is read, by more it is refused", () => {
  const ofLength = (length: number) =>
    Buffer.concat([Buffer.from("ab\0"), Buffer.alloc(length, "x"), Buffer.from("\0c\0")]);
  expect(new CharsMap(table(ofLength(1024))).ruleAt(Buffer.from("a"), 0)).toBeUndefined();
  for (const replacements of [ofLength(1025), ofLength(1025).subarray(0, 3 + 1025)])
    expect(() => new CharsMap(table(replacements))).toThrow(
      new RangeError("its normalisation table replaces a character by 1025 bytes, at most 1024 are read"),
    );
});

test("a table that is cut off is refused", () => {
  expect(() => new CharsMap(Uint8Array.of(8, 0, 0, 0, 1))).toThrow(
    new RangeError("its normalisation table says 8 bytes and has 5"),
  );
});
