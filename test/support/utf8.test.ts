import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeUtf8 } from "../../src/support/utf8.js";

test("text comes out as it went in, marks of byte order and replacement characters included", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const whole = `\uFEFF${text}\uFFFD`;
      expect(decodeUtf8(Buffer.from(whole), "x")).toBe(whole);
    }),
  );
});

test("the first byte that belongs to no character is told", () => {
  expect(() => decodeUtf8(Buffer.from("caf\xe9\n", "latin1"), "<stdin>")).toThrow(
    [
      "usage error: <stdin> is not UTF-8",
      "  expected: text in UTF-8",
      "  got:      byte 0xe9 at offset 3",
      "  hint:     iconv -f LATIN1 -t UTF-8 converts Latin-1, iconv -l lists others",
    ].join("\n"),
  );
});

test("wherever a wrong byte stands, its offset is told", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (before, after) => {
      const start = Buffer.from(`\uFFFD${before}`);
      const bytes = Buffer.concat([start, Buffer.of(0xff), Buffer.from(after)]);
      expect(() => decodeUtf8(bytes, "x")).toThrow(`byte 0xff at offset ${start.length}\n`);
    }),
  );
});
