/** @file Tokenizers of others that take any time or memory for a text, or nest their pieces: what they do ends, with tokens or an error. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadTokenizer, type Tokenizer } from "../../src/tokens/index.js";
import { errorText, temporaryFolder } from "../weights/files.js";

async function tokenizerOf(model: object): Promise<Tokenizer> {
  const folder = await temporaryFolder();
  const parts = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  await writeFile(
    join(folder, "tokenizer.json"),
    JSON.stringify({ version: "1.0", added_tokens: [], ...parts, model }),
  );
  return loadTokenizer(folder, 2);
}

/** The pieces a, aa, aaa and so on, each made of the one before and a. */
function chain(length: number): object {
  const pieces = Array.from({ length }, (_, i) => "a".repeat(i + 1));
  return {
    type: "BPE",
    vocab: Object.fromEntries(pieces.map((piece, i) => [piece, i])),
    merges: pieces.slice(0, -1).map((piece) => `${piece} a`),
  };
}

test("merges that go on from each other give tokens of a long text in a moment", async () => {
  const { encode } = await tokenizerOf(chain(4000));
  const start = process.cpuUsage();
  // Pairs come first, and nothing goes on from two of them.
  expect(encode("a".repeat(100_000))).toEqual([2, ...Array(50_000).fill(1)]);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1e6).toBeLessThan(10);
});

test("pieces that all begin at each place are too many for memory", { timeout: 120_000 }, async () => {
  const vocab = [["<unk>", 0], ...Array.from({ length: 2000 }, (_, i) => ["a".repeat(i + 1), -i])];
  const { encode } = await tokenizerOf({ type: "Unigram", unk_id: 0, vocab });
  expect(encode("aaa")).toEqual([2, 1, 1, 1]);
  // On a machine that is busy its time is over before.
  expect(await errorText(() => encode("a".repeat(100_000)))).toMatch(
    /^usage error: the tokenizer (?:has too many pieces for each place of this text\n {2}expected: at most 8388608 in 100000 characters|does not come to an end for this text\n {2}expected: an end within 8 s)\n/,
  );
});

test("words that may be of any length do not take any time", { timeout: 120_000 }, async () => {
  const { encode } = await tokenizerOf({
    ...{ type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##" },
    max_input_chars_per_word: 1e9,
    vocab: { "[UNK]": 0, a: 1, "##a": 2 },
  });
  expect(encode("aa")).toEqual([2, 1, 2]);
  expect((await errorText(() => encode("ab".repeat(100_000)))).replace(/at: .*/, "at: PATH")).toBe(
    `usage error: the tokenizer does not come to an end for this text
  expected: an end within 13 s
  at: PATH
  hint:     read the text in parts; or is the file not the one of the model's authors? It takes long texts as one word`,
  );
});
