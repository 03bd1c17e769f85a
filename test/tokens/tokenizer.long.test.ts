import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StreamingDecoder } from "../../src/tokens/streaming.js";
import { loadTokenizer, type Tokenizer } from "../../src/tokens/tokenizer.js";
import { promoteUserPieces, tokenizerFile } from "../../src/tokens/tokenizer-file.js";
import { errorText, temporaryFolder } from "../weights/files.js";
import { tries } from "../../tools/vitest/properties.js";

const DEMO = join(import.meta.dirname, "../../golden/demo-kjv");
const demo = await loadTokenizer(DEMO, 2);

/** The tokens of these bytes in the demo's vocabulary. */
const bytes = (...values: number[]) => values.map((value) => value + 3);

/**
 * A tokenizer in the manner of Gemma's: pieces that are kept whole, then bytes, then text; spaces are written
 * as a low line.
 */
const GEMMA_LIKE = {
  added_tokens: [
    { id: 0, content: "<pad>", special: true },
    { id: 1, content: "<eos>", special: true },
    { id: 2, content: "<bos>", special: true },
    { id: 3, content: "<unk>", special: true },
  ],
  normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
  pre_tokenizer: null,
  post_processor: null,
  decoder: {
    type: "Sequence",
    decoders: [
      { type: "Replace", pattern: { String: "▁" }, content: " " },
      { type: "ByteFallback" },
      { type: "Fuse" },
    ],
  },
  model: {
    type: "BPE",
    byte_fallback: true,
    unk_token: "<unk>",
    vocab: Object.fromEntries(
      ["<pad>", "<eos>", "<bos>", "<unk>", "<turn>"]
        .concat(Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`))
        .concat(["<", "t", "u", "r", "n", ">", "▁", "h", "i", "hi", "▁hi"])
        .map((piece, id) => [piece, id]),
    ),
    merges: ["h i", "▁ hi"],
  },
};
const BYTE_0 = 5;
const TEXT_0 = 261;

async function tokenizerFolder(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

const gemmaLike = () =>
  tokenizerFolder({ "tokenizer.json": GEMMA_LIKE }).then((path) => loadTokenizer(path, 2));

describe("encoding", () => {
  test("the token that begins a sequence comes once, whether the text has it or not", () => {
    expect(demo.encode("In")).toEqual([2, ...bytes(0x49, 0x6e)]);
    expect(demo.encode("<bos>In")).toEqual([2, ...bytes(0x49, 0x6e)]);
    expect(demo.encode("")).toEqual([2]);
  });

  test("any text comes back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(demo.decode(demo.encode(text))).toBe(text);
      }),
    );
  });

  test("pieces that must stay whole do, although the file does not list them", async () => {
    const tokenizer = await gemmaLike();
    expect(tokenizer.encode("<turn> hi")).toEqual([2, 4, TEXT_0 + 10]);
    expect(tokenizer.decode([2, 4, TEXT_0 + 10, 1])).toBe("<turn> hi");
  });

  test("a character outside the vocabulary is spelt in bytes", async () => {
    const tokenizer = await gemmaLike();
    expect(tokenizer.encode("é")).toEqual([2, BYTE_0 + 0xc3, BYTE_0 + 0xa9]);
    expect(tokenizer.decode([BYTE_0 + 0xc3, BYTE_0 + 0xa9])).toBe("é");
  });

  /** A file of these pieces without bytes; a text that it lacks is an error. */
  const lacking = async (model: object, more: object = {}) => {
    const file = { ...GEMMA_LIKE, added_tokens: [], normalizer: null, decoder: { type: "Fuse" } };
    const folder = await tokenizerFolder({ "tokenizer.json": { ...file, ...more, model } });
    return { folder, tokenizer: await loadTokenizer(folder, 0) };
  };
  const BPE = { type: "BPE", vocab: { "": 0, O: 1, n: 2, On: 3, a: 4 }, merges: ["O n"] };
  const WITHOUT_EMPTY = { ...BPE, vocab: { "<bos>": 0, O: 1, n: 2, On: 3, a: 4 } };
  const UNIGRAM_VOCAB = ["<bos>", "O", "n", "On", "a"].map((piece, i) => [piece, -i]);

  test.each([
    ["BPE without an unknown token", WITHOUT_EMPTY, {}],
    ["BPE whose unknown token is null", { ...WITHOUT_EMPTY, unk_token: null }, {}],
    ["BPE whose unknown token is no token", { ...WITHOUT_EMPTY, unk_token: "?" }, {}],
    ["BPE with an empty token", BPE, {}],
    ["BPE with unknown tokens fused", { ...BPE, fuse_unk: true }, {}],
    ["BPE that falls back to bytes it lacks", { ...WITHOUT_EMPTY, byte_fallback: true }, {}],
    ["BPE over letters for bytes", WITHOUT_EMPTY, { pre_tokenizer: { type: "ByteLevel" } }],
    ["Unigram that says nothing of an unknown token", { type: "Unigram", vocab: UNIGRAM_VOCAB }, {}],
    ["Unigram whose unknown token is null", { type: "Unigram", vocab: UNIGRAM_VOCAB, unk_id: null }, {}],
    [
      "WordPiece without an unknown token",
      {
        type: "WordPiece",
        continuing_subword_prefix: "##",
        vocab: { "<bos>": 0, O: 1, On: 3, "##a": 4, "##n": 2 },
      },
      { decoder: { type: "WordPiece", prefix: "##", cleanup: false } },
    ],
  ])("%s: a character that nothing can spell is an error with its place", async (_, model, more) => {
    const { folder, tokenizer } = await lacking(model, more);
    expect(tokenizer.encode("Ona")).toEqual([0, 3, 4]);
    expect(tokenizer.decode([3, 4])).toBe("Ona");
    expect(await errorText(() => tokenizer.encode("O\u03A9n"))).toBe(
      [
        "usage error: the tokenizer has no token for a character of the text",
        "  expected: characters of its vocabulary: it has neither tokens of bytes nor one for what is unknown",
        '  got:      "\u03A9" (U+03A9), character 2, in "O\u03A9n"',
        `  at:       ${join(folder, "tokenizer.json")}`,
        "  hint:     leave the character out, write it otherwise, or take the tokenizer that the text was written for",
      ].join("\n"),
    );
  });

  test("no character is left out: a text comes back, or the first that the vocabulary lacks is named", async () => {
    const { tokenizer } = await lacking(WITHOUT_EMPTY);
    const letters = fc.array(fc.constantFrom("O", "n", "a", "\u03A9", "\u{1F600}", "\n"), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(letters, async (characters) => {
        const text = characters.join("");
        const first = characters.findIndex((character) => !"Ona".includes(character));
        if (first < 0) {
          expect(tokenizer.decode(tokenizer.encode(text).slice(1))).toBe(text);
          return;
        }
        const code = characters[first]!.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
        expect(await errorText(() => tokenizer.encode(text))).toContain(
          `(U+${code}), character ${first + 1}, in `,
        );
      }),
    );
  });

  test("a file with an unknown token spells with it what it lacks", async () => {
    const { tokenizer } = await lacking({ ...WITHOUT_EMPTY, unk_token: "a" });
    expect(tokenizer.encode("O\u03A9n")).toEqual([0, 1, 4, 2]);
  });

  test("an id beyond the vocabulary has no text", async () => {
    const { tokenizer } = await lacking(WITHOUT_EMPTY);
    expect(tokenizer.decode([1, 99, 2])).toBe("On");
  });
});

describe("mending a file", () => {
  test("only pieces before the bytes are added, and only where bytes are a fallback", () => {
    const file = tokenizerFile.parse(GEMMA_LIKE);
    const { added_tokens } = promoteUserPieces(file);
    expect(added_tokens.slice(4)).toEqual([
      {
        id: 4,
        content: "<turn>",
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: false,
      },
    ]);
    const plain = { ...file, model: { ...file.model, byte_fallback: false } };
    expect(promoteUserPieces(plain)).toBe(plain);
  });
});

describe("decoding", () => {
  test("tokens such as end of sequence have no text, and no tokens none either", () => {
    expect(demo.decode([2, ...bytes(0x48, 0x69), 1, 0])).toBe("Hi");
    expect(demo.decode([])).toBe("");
  });

  test("spaces before punctuation stay", () => {
    expect(demo.decode(demo.encode("a , b ."))).toBe("a , b .");
  });
});

/** The pieces a streaming decoder gives for these tokens, and its end. */
function stream(tokenizer: Tokenizer, ids: readonly number[]): string[] {
  const decoder = new StreamingDecoder(tokenizer);
  return [...ids.map((id) => decoder.push(id)), decoder.end()];
}

describe("streaming", () => {
  test("a character of several bytes comes with its last one", () => {
    const ids = bytes(0x61, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80);
    expect(stream(demo, ids)).toEqual(["a", "", "", "€", "", "", "", "😀", ""]);
  });

  test("bytes that are no character do not hold up what follows", () => {
    expect(stream(demo, bytes(0xff, 0xff, 0x61))).toEqual(["", "", "\uFFFD\uFFFDa", ""]);
  });

  test("a character that is never finished ends as a replacement", () => {
    expect(stream(demo, bytes(0x61, 0xe2, 0x82))).toEqual(["a", "", "", "\uFFFD"]);
  });

  test("special tokens are silent", () => {
    expect(stream(demo, [2, ...bytes(0x61), 1, ...bytes(0x62)])).toEqual(["", "a", "", "b", ""]);
  });

  test("a decoder can be used again after its end", () => {
    const decoder = new StreamingDecoder(demo);
    expect([decoder.push(0xe2 + 3), decoder.end(), decoder.push(0x61 + 3), decoder.end()]).toEqual([
      "",
      "\uFFFD",
      "a",
      "",
    ]);
  });

  test.each([
    ["byte-level", async () => demo, 260],
    ["with byte fallback", gemmaLike, TEXT_0 + 11],
  ])("%s: the pieces together are the whole text, for any tokens", async (_, load, vocabSize) => {
    const tokenizer = await load();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: vocabSize - 1 })), (ids) => {
        expect(stream(tokenizer, ids).join("")).toBe(tokenizer.decode(ids));
      }),
      tries(500),
    );
  });

  test("no piece of a sound text has half a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const pieces = stream(demo, demo.encode(text));
        expect(pieces.join("")).toBe(text);
        for (const piece of pieces) expect(piece).not.toMatch(/\p{Surrogate}/u);
      }),
    );
  });
});

describe("a folder without a usable tokenizer", () => {
  test("no file", async () => {
    const folder = await temporaryFolder();
    expect(await errorText(() => loadTokenizer(folder, 2))).toBe(
      [
        "usage error: the checkpoint has no tokenizer",
        `  expected: ${join(folder, "tokenizer.json")} or tokenizer.model`,
        "  hint:     copy the tokenizer of the checkpoint there, or give token ids instead of text",
      ].join("\n"),
    );
    await mkdir(join(folder, "tokenizer.json"));
    expect(await errorText(() => loadTokenizer(folder, 2))).toBe(
      `usage error: a file of the tokenizer is not a file\n  at:       ${join(folder, "tokenizer.json")}`,
    );
  });

  test("text that is not UTF-8 is refused, not read as another", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "tokenizer.json");
    await writeFile(file, Buffer.from(JSON.stringify(GEMMA_LIKE).replace('"type"', '"t\u00ffpe"'), "latin1"));
    expect(await errorText(() => loadTokenizer(folder, 2))).toMatch(
      /^usage error: .*tokenizer\.json is not UTF-8\n {2}expected: text in UTF-8\n {2}got: {6}byte 0xff at offset \d+\n/,
    );
  });

  test.each([
    ["not JSON", "{", /^usage error: the tokenizer cannot be used\n {2}got: .*JSON/],
    ["no model", {}, /model/],
    ["an unknown decoder", { ...GEMMA_LIKE, decoder: { type: "Magic" } }, /got: .*Magic/],
    [
      "an unknown post-processor",
      { ...GEMMA_LIKE, post_processor: { type: "Magic" } },
      /'BertProcessing'[\s\S]*post_processor\.type/,
    ],
    [
      "a post-processor without what it needs",
      { ...GEMMA_LIKE, post_processor: { type: "BertProcessing" } },
      /post_processor\.sep/,
    ],
    [
      "a post-processor that loses the text",
      {
        ...GEMMA_LIKE,
        post_processor: {
          type: "Sequence",
          processors: [{ type: "TemplateProcessing", single: [], pair: [], special_tokens: {} }],
        },
      },
      /the text \(Sequence A\) just once/,
    ],
    [
      "a pattern of an unknown kind",
      { ...GEMMA_LIKE, normalizer: { type: "Replace", pattern: { Glob: "*" }, content: "" } },
      /got: .*neither Regex nor String: \{"Glob":"\*"\}/,
    ],
    [
      "a regular expression that is none",
      { ...GEMMA_LIKE, normalizer: { type: "Replace", pattern: { Regex: "(" }, content: "" } },
      /got: .*[Rr]egular expression/,
    ],
    [
      "replacements that make a text a million times as long, one after the other",
      {
        ...GEMMA_LIKE,
        normalizer: {
          type: "Sequence",
          normalizers: Array(3).fill({
            type: "Replace",
            pattern: { String: "a" },
            content: "a".repeat(100),
          }),
        },
      },
      /got: {6}replacements that make a text up to 1000000 times as long; at most 1024 times is read/,
    ],
    [
      "a replacement of nothing, between all characters",
      {
        ...GEMMA_LIKE,
        normalizer: { type: "Replace", pattern: { String: "" }, content: "a".repeat(2000) },
      },
      /up to 2001 times/,
    ],
    ["parts left out", { model: { type: "BPE", vocab: {}, merges: [] } }, /got: .*decoder/],
  ])("%s", async (_, content, message) => {
    const folder = await tokenizerFolder({ "tokenizer.json": content });
    const text = await errorText(() => loadTokenizer(folder, 2));
    expect(text).toMatch(/^usage error: the tokenizer cannot be used\n/);
    expect(text).toMatch(message);
  });
});

/** Cuts text where a regular expression says. */
const split = (Regex: string) => ({
  type: "Split",
  pattern: { Regex },
  behavior: "Isolated",
  invert: false,
});

describe("regular expressions of a file", () => {
  const withSplit = (regex: string) =>
    tokenizerFolder({ "tokenizer.json": { ...GEMMA_LIKE, pre_tokenizer: split(regex) } });

  test("cut the text, and take no longer than they may for a long one", async () => {
    const tokenizer = await loadTokenizer(await withSplit("[^\\s\\p{L}]?\\p{L}+|\\s+(?!\\S)|\\s+"), 2);
    expect(tokenizer.encode("hi hi")).toEqual([2, TEXT_0 + 9, TEXT_0 + 10]);
    expect(tokenizer.encode("hi ".repeat(20_000))).toHaveLength(20_002);
  });

  test("that do not come to an end are given up, and the tokenizer goes on with other texts", async () => {
    const folder = await withSplit("(h+)+$");
    const tokenizer = await loadTokenizer(folder, 2);
    expect(await errorText(() => tokenizer.encode(`${"h".repeat(60)}i`))).toBe(
      [
        "usage error: the tokenizer's regular expressions do not come to an end for this text",
        "  expected: an end within 3.004 s",
        `  at:       ${join(folder, "tokenizer.json")}`,
        "  hint:     an expression such as (a+)+$ tries all ways: is the file the one of the model's authors?",
      ].join("\n"),
    );
    expect(tokenizer.encode("hi")).toEqual([2, TEXT_0 + 9]);
  });
});

test("known post-processors change no ids: special tokens come from the generation's configuration", async () => {
  const plain = await gemmaLike();
  const single = [{ SpecialToken: { id: "<bos>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }];
  for (const post_processor of [
    { type: "TemplateProcessing", single, pair: single, special_tokens: {} },
    { type: "BertProcessing", sep: ["<eos>", 1], cls: ["<bos>", 2] },
    { type: "Sequence", processors: [{ type: "ByteLevel", trim_offsets: true }] },
  ]) {
    const folder = await tokenizerFolder({ "tokenizer.json": { ...GEMMA_LIKE, post_processor } });
    expect((await loadTokenizer(folder, 2)).encode("hi hi")).toEqual(plain.encode("hi hi"));
  }
});
