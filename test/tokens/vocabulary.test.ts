import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadTokenizer } from "../../src/tokens/index.js";
import { errorText, temporaryFolder } from "../weights/files.js";

/** A tokenizer of the tokens 0 to 3, where 3 is added to the vocabulary. */
const ADDED = { id: 3, content: "<3>", single_word: false, lstrip: false, rstrip: false, normalized: false };
const FILE = {
  version: "1.0",
  normalizer: null,
  pre_tokenizer: null,
  added_tokens: [{ ...ADDED, special: false }],
  decoder: null,
};

test.each([
  ["BPE", { type: "BPE", vocab: { a: 0, b: 1, c: 2 }, merges: [] }],
  [
    "Unigram",
    {
      type: "Unigram",
      unk_id: 0,
      vocab: [
        ["a", -1],
        ["b", -1],
        ["c", -1],
      ],
    },
  ],
])(
  "a tokenizer.json of %s whose vocabulary is larger than the model's is refused; what is added to it may lie beyond",
  async (_, model) => {
    const path = join(await temporaryFolder(), "tokenizer.json");
    await writeFile(path, JSON.stringify({ ...FILE, model }));
    const folder = join(path, "..");
    expect(await errorText(() => loadTokenizer(folder, 0, 2))).toBe(
      `usage error: the tokenizer is of another model: it has more tokens than the embedding has rows
  expected: ids from 0 to 1
  got:      id 2
  at:       ${path}
  hint:     copy the tokenizer of the checkpoint there`,
    );
    for (const rows of [3, 4, 64])
      expect((await loadTokenizer(folder, 0, rows)).encode("ab<3>").slice(-2)).toEqual([1, 3]);
  },
);

test.each([
  [
    "tokens than any model, in lists",
    { type: "Unigram", unk_id: 0, vocab: Array(2 ** 20 + 1).fill(0) },
    "expected: at most 1048576 tokens\n  got:      1048577 tokens",
  ],
  [
    "letters in its tokens than any model",
    {
      type: "Unigram",
      unk_id: 0,
      vocab: [
        ["a".repeat(2 ** 23), 0],
        ["b", 0],
      ],
    },
    "expected: at most 8388608 characters in all tokens together\n  got:      8388609 characters",
  ],
])(
  "a tokenizer.json that has more %s is refused before anything is made of it",
  async (_, model, numbers) => {
    const folder = await temporaryFolder();
    const path = join(folder, "tokenizer.json");
    await writeFile(path, JSON.stringify({ ...FILE, added_tokens: [], model }));
    expect(await errorText(() => loadTokenizer(folder, 0))).toBe(
      `usage error: the tokenizer has too much for a model
  ${numbers}
  at:       ${path}
  hint:     is it the tokenizer.json of the model's authors?`,
    );
  },
);

test("one of millions of values is refused before it is parsed", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "tokenizer.json"), `[${"0,".repeat(2 ** 22)}0]`);
  expect(await errorText(() => loadTokenizer(folder, 0))).toContain(
    "got:      more than 4194304 values at position ",
  );
});

test("the demo's tokenizer has the tokens of its model", async () => {
  const { vocab_size } = JSON.parse(await readFile("golden/demo-kjv/config.json", "utf8")) as {
    readonly vocab_size: number;
  };
  const load = (rows: number) => errorText(() => loadTokenizer("golden/demo-kjv", 2, rows));
  expect(await load(vocab_size - 1)).toContain(`got:      id ${vocab_size - 1}`);
  await loadTokenizer("golden/demo-kjv", 2, vocab_size);
});
