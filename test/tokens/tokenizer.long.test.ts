import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StreamingDecoder } from "../../src/tokens/streaming.js";
import { loadTokenizer, type Tokenizer } from "../../src/tokens/tokenizer.js";
import { promoteUserPieces, tokenizerFile } from "../../src/tokens/tokenizer-file.js";
import { errorText, temporaryFolder } from "../weights/files.js";

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

  test("a character that nothing can spell is an error", async () => {
    const model = { type: "BPE", unk_token: "?", vocab: { a: 0, b: 1 }, merges: [] };
    const file = { ...GEMMA_LIKE, added_tokens: [], normalizer: null, decoder: null, model };
    const tokenizer = await loadTokenizer(await tokenizerFolder({ "tokenizer.json": file }), 0);
    expect(tokenizer.encode("ab")).toEqual([0, 1]);
    expect(await errorText(() => tokenizer.encode("abc"))).toBe(
      "usage error: the text has a character that the tokenizer has no token for",
    );
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
      { numRuns: 500 },
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
    expect(await errorText(() => loadTokenizer(folder, 2))).toMatch(
      /^usage error: the checkpoint has no tokenizer/,
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
