import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  createContinuation,
  createSampler,
  type Format,
  loadTokenizer,
  randomWords,
  type Tokenizer,
} from "../../../src/tokens/index.js";
import { progressOf } from "../../../src/tokens/formats/format.js";
import { fileTokenBytes } from "../../../src/tokens/token-bytes.js";
import { tokenizerFile } from "../../../src/tokens/tokenizer-file.js";
import { errorText } from "../../weights/files.js";
import { tries } from "../../../tools/vitest/properties.js";

const EOS = 0;

/** Tokens by their bytes; 0 ends, 1 begins. */
function tokenizerOf(pieces: readonly (string | Uint8Array)[]): Tokenizer {
  const bytes = [undefined, undefined, ...pieces.map((piece) => Buffer.from(piece as string))];
  return { encode: () => [1], decode: () => "", tokenBytes: () => bytes };
}

const singleBytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

/** Pieces across the borders of what JSON is made of, and of characters. */
const MERGES = [
  ...[
    '{"',
    '":',
    '":"',
    '","',
    '"}',
    '"]',
    "]}",
    "}}",
    "[[",
    "],[",
    '":[{"',
    "true",
    "tru",
    "false,",
    "null",
    "-1",
    "0.",
  ],
  ...["12", "2024-", "  ", "\n ", "é", "éa", "\\u00", '\\"', "日本", "aaaaaaaa", "ab"],
  ...[Uint8Array.of(0xf0, 0x9f), Uint8Array.of(0x98, 0x80, 0x22), Uint8Array.of(0xc3)],
];

const whole = tokenizerOf([...singleBytes, ...MERGES]);
const SIZE = 2 + 256 + MERGES.length;

interface Made {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly complete: boolean | undefined;
  readonly finished: string | undefined;
}

/** A text of a format by random logits, among which what ends things is likelier the longer it takes. */
function make(format: Format, seed: number, maxNewTokens = 400): Made {
  const eosIds = [EOS];
  const progress = progressOf(format, whole, SIZE, eosIds);
  const next = createContinuation({ format: progress, eosIds, maxNewTokens });
  const sample = createSampler({ temperature: 1, seed, topP: 0.9 });
  const random = randomWords(seed);
  const closing = new Set([
    EOS,
    ...['"', "]", "}", '"}', '"]', "]}", "}}"].map(
      (text) => 2 + [...singleBytes.map((byte) => String.fromCharCode(byte[0]!)), ...MERGES].indexOf(text),
    ),
  ]);
  const tokens: number[] = [];
  let text = "";
  for (let step = 0; ; step++) {
    const logits = Float32Array.from(
      { length: SIZE },
      (_, id) => (random() / 2 ** 32) * 4 + (closing.has(id) ? step / 8 : 0),
    );
    const token = sample(logits, progress.allowed());
    tokens.push(token);
    const made = next(token);
    text += made.text;
    if (made.finished !== undefined)
      return { text, tokens, complete: made.complete, finished: made.finished };
  }
}

const person = z.strictObject({
  name: z.string().min(1).max(20),
  age: z.int().min(0).max(150),
  tags: z.array(z.enum(["a", "é", '"'])).max(4),
  born: z.optional(z.iso.date()),
  parent: z.nullable(z.strictObject({ "key 1": z.number(), mail: z.email() })),
});

describe("a text that is held to a format", () => {
  it.each<[string, Format, (text: string) => boolean]>([
    ["a schema of zod", person, (text) => person.safeParse(JSON.parse(text)).success],
    [
      "a schema, with whitespace",
      { schema: z.toJSONSchema(person), whitespace: 2 },
      (text) => person.safeParse(JSON.parse(text)).success,
    ],
    ["any JSON", { schema: true }, (text) => JSON.parse(text) !== undefined],
    [
      "an expression",
      { regex: /(\p{L}{2,5}|😀|[^a-z]é)+\]"/u },
      (text) => /^(\p{L}{2,5}|😀|[^a-z]é)+\]"$/u.test(text),
    ],
  ])("is always of it, whatever the logits are: %s", (_, format, isOfFormat) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { text, complete } = make(format, seed);
        expect([complete, isOfFormat(text) || text]).toEqual([true, true]);
      }),
      tries(8),
    );
  });

  it("may be any of the format, in any tokens: each way to write each is there, and no other", () => {
    const pieces = [...singleBytes, "ab", "é", Uint8Array.of(0xa9, 0x62), "ba"];
    const tokenizer = tokenizerOf(pieces);
    const format = { regex: "(a|bé?){1,2}" };
    const size = 2 + pieces.length;
    const found = new Map<string, number>();
    const walk = (tokens: readonly number[]): void => {
      const progress = progressOf(format, tokenizer, size, [EOS]);
      const text = tokens.map((token) => progress.push(token)).join("");
      const allowed = progress.allowed();
      if (allowed === undefined) found.set(text, (found.get(text) ?? 0) + 1);
      else
        for (let id = 0; id < size; id++)
          if (((allowed[id >> 5]! >> (id & 31)) & 1) === 1) walk([...tokens, id]);
    };
    walk([]);
    expect(Object.fromEntries([...found].toSorted())).toEqual({
      ...{ a: 1, aa: 1, ab: 2, abé: 4, b: 1, ba: 2, bb: 1, bbé: 2, bé: 2, béa: 2, béb: 3, bébé: 6 },
    });
  });

  it("has no character that an expression without the flag u would see as two", () => {
    const smile = 2 + 0xf0;
    const allows = (regex: string | RegExp) => {
      const allowed = progressOf({ regex }, whole, SIZE, [EOS]).allowed()!;
      return ((allowed[smile >> 5]! >> (smile & 31)) & 1) === 1;
    };
    expect([allows(/[^a]/), allows(/[^a]/u), allows("[^a]")]).toEqual([false, true, true]);
  });

  it("ends where nothing may follow, by no token of its own", () => {
    const { text, finished, complete, tokens } = make({ regex: "ab|ba" }, 3);
    expect([["ab", "ba"].includes(text), finished, complete, tokens.includes(EOS)]).toEqual([
      true,
      "format",
      true,
      false,
    ]);
  });

  it("ends by a token that ends, only where it is complete", () => {
    const eosIds = [EOS];
    const progress = progressOf({ regex: "a+" }, whole, SIZE, eosIds);
    const ends = () => (progress.allowed()![0]! & 1) === 1;
    const before = ends();
    progress.push(2 + "a".charCodeAt(0));
    expect([before, ends(), progress.isComplete, progress.isFinal]).toEqual([false, true, true, false]);
    progress.push(EOS);
    expect(progress.allowed()).toBe(undefined);
  });

  it("takes no token for a letter that is to end it", () => {
    const newline = 2 + 10;
    const progress = progressOf({ regex: "\\s+x" }, whole, SIZE, [newline]);
    const allows = (id: number) => ((progress.allowed()![id >> 5]! >> (id & 31)) & 1) === 1;
    expect([allows(newline), allows(2 + 32)]).toEqual([false, true]);
  });

  it("that too few tokens cut off is not complete, and is told as far as it came", () => {
    const { text, complete, finished } = make({ regex: "a{20}" }, 1, 3);
    expect([/^a+$/.test(text), complete, finished]).toEqual([true, false, "length"]);
  });

  it("that a stop cuts off is not complete", () => {
    const progress = progressOf({ regex: "abc" }, whole, SIZE, [EOS]);
    const next = createContinuation({ format: progress, eosIds: [EOS], maxNewTokens: 9, stop: ["b"] });
    const tokens = Array.from("ab", (letter) => next(2 + letter.charCodeAt(0)));
    expect(tokens.at(-1)).toMatchObject({ text: "", finished: "stop", complete: false });
    expect(progress.allowed()).toBe(undefined);
  });

  it("has the characters that the vocabulary has, where it has not all bytes", async () => {
    const tokenizer = tokenizerOf(["a", "é", Uint8Array.of(0xc3)]);
    const progress = progressOf({ regex: "[aéö]" }, tokenizer, 5, [EOS]);
    // é as it is; not the first half of ö, which nothing would end.
    expect([...progress.allowed()!]).toEqual([0b01100]);
    expect(await errorText(() => progressOf({ regex: "ö" }, tokenizer, 5, [EOS]))).toBe(
      [
        "usage error: no text has the format",
        "  got:      bounds, choices or characters that exclude each other, or a value that contains itself for ever",
        "  hint:     the vocabulary may lack characters of it: it cannot spell every text",
      ].join("\n"),
    );
  });

  it.each<[string, Format, readonly string[]]>([
    [
      "a flag that changes what it matches",
      { regex: /a/i },
      [
        "usage error: the regular expression has the flag i",
        "  expected: the flags u and s, or none",
        "  got:      /a/i",
        "  hint:     write both cases: [Aa]",
      ],
    ],
    [
      "whitespace without end",
      { schema: true, whitespace: Number.POSITIVE_INFINITY },
      [
        "usage error: whitespace of a format is out of range",
        "  expected: a whole number from 0 to 100",
        "  got:      Infinity",
      ],
    ],
    [
      "a text",
      "yes" as unknown as Format,
      [
        "usage error: the format is none",
        "  expected: { regex }, { schema } or a schema of zod",
        '  got:      "yes"',
      ],
    ],
    [
      "what is none",
      { pattern: "a" } as unknown as Format,
      [
        "usage error: the format is none",
        "  expected: { regex }, { schema } or a schema of zod",
        '  got:      {"pattern":"a"}',
      ],
    ],
  ])("is refused for %s", async (_, format, lines) => {
    expect(await errorText(() => progressOf(format, whole, SIZE, [EOS]))).toBe(lines.join("\n"));
  });

  it("of nothing needs a token that ends it", async () => {
    expect(await errorText(() => progressOf({ regex: "" }, whole, SIZE, []).allowed())).toBe(
      [
        "generation error: no token may follow in the format",
        "  expected: a token of the vocabulary that goes on with it, or one that ends the text",
        "  hint:     give eosIds: the format has the empty text alone",
      ].join("\n"),
    );
  });
});

describe("the bytes of tokens", () => {
  it("are what the decoder makes of them, in the midst of a text", async () => {
    const tokenizer = await loadTokenizer("golden/demo-kjv", 2);
    const bytes = tokenizer.tokenBytes();
    const letter = tokenizer.encode("x")[1]!;
    const wrong = bytes.flatMap((each, id) => {
      const text = tokenizer.decode([letter, id]).slice(1);
      return each === undefined || Buffer.from(each).toString("utf8") === text ? [] : [[id, text]];
    });
    expect(wrong).toEqual([]);
    expect(bytes.filter((each) => each !== undefined)).toHaveLength(257);
  });

  it("are those of pieces: marks are spaces, bytes are bytes, special tokens are none", () => {
    const file = tokenizerFile.parse({
      decoder: {
        type: "Sequence",
        decoders: [{ type: "Replace" }, { type: "ByteFallback" }, { type: "Fuse" }],
      },
      model: { byte_fallback: true, vocab: { "<eos>": 0, "▁in▁": 1, "<0xE2>": 2, "<b>": 3 } },
      added_tokens: [
        { id: 0, content: "<eos>", special: true },
        { id: 3, content: "<b>", special: false },
      ],
    });
    expect(fileTokenBytes(file).map((bytes) => bytes && Buffer.from(bytes).toString("latin1"))).toEqual([
      ...[undefined, " in ", "\u00e2", "<b>"],
    ]);
  });

  it("are none of a decoder that joins words", () => {
    const file = tokenizerFile.parse({ decoder: { type: "WordPiece" }, model: { vocab: { a: 0 } } });
    expect(() => fileTokenBytes(file)).toThrow(
      "its decoder is WordPiece; known are ByteLevel and Metaspace, Replace, ByteFallback, Fuse, Strip",
    );
  });
});
