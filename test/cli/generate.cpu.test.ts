import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { models } from "../../models/index.js";
import { openCase } from "../../src/golden/index.js";
import { loadTokenizer } from "../../src/tokens/index.js";
import { griffin, temporaryFolder } from "./griffin.js";

const model = "golden/demo-kjv";
const golden = await openCase(model, models);
const prompt = [...golden.tokens];
/** The reference's greedy continuation of the case's prompt. */
const reference = Array.from(golden.tensors.get("generated")!.data);
const tokenizer = await loadTokenizer(model, golden.model.generation.bosId);
const promptText = tokenizer.decode(prompt);

const generate = (...args: string[]) => griffin(["generate", "--model", model, ...args]);

test("greedy decoding continues the golden prompt with the reference's tokens", async () => {
  const count = String(reference.length);
  const { exitCode, stdout, stderr } = await generate("--tokens", prompt.join(), "--max-new-tokens", count);
  expect(stdout).toBe(reference.join());
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(
    /161 tokens, [\d.]+ tokens\/s, 1\.29M parameters in f32, scan sequential, attention banded, nn\.causal_conv1d strided, nn\.kv_cache_update in place\n/,
  );
  expect(stderr).toMatch(/cpu plugin \S+ \(PJRT 0\.115, StableHLO [\d.]+\), device 0 of \d+: cpu$/);
});

test("text goes in and its continuation comes out, without the prompt", async () => {
  const { stdout } = await generate("--prompt", promptText, "--max-new-tokens", "40");
  expect(stdout).toBe(tokenizer.decode(reference.slice(0, 40)));
});

/** A smaller model, without text. */
const hawk = (...args: string[]) =>
  griffin(["generate", "--model", "golden/hawk-sharded", "--max-new-tokens", "6", ...args]);

test("several prompts are told apart by their number, and each ends with its end of sequence", async () => {
  const {
    model: { generation },
    tokens,
    time,
    tensors,
  } = await openCase("golden/hawk-sharded", models);
  const expected = tensors.get("generated")!;
  const row = (data: ArrayLike<number>, width: number, r: number) =>
    Array.from(data).slice(r * width, (r + 1) * width);
  const prompts = [0, 1, 2].flatMap((r) => ["--tokens", row(tokens, time, r).join()]);
  const { stdout } = await hawk(...prompts);
  const rows = [0, 1, 2].map((r) => row(expected.data, expected.shape[1]!, r).slice(0, 6));
  const ends = rows.map((ids) => ids.findIndex((id) => generation.eosIds.includes(id)));
  expect(ends).toEqual([-1, -1, 2]);
  const shown = rows.map((ids, r) => `[${r}] ${ids.slice(0, ends[r] === -1 ? 6 : ends[r]! + 1).join()}`);
  expect(stdout.split("\n")).toEqual(shown);
});

test("prompts of a file come out in their order, whatever the batch, and as their lines gave them", async () => {
  const file = join(await temporaryFolder(), "prompts.jsonl");
  const lines = [{ tokens: [2, 3, 4] }, { tokens: [2, 9] }, { tokens: [2, 5, 6, 7, 8] }];
  await writeFile(file, lines.map((line) => JSON.stringify(line)).join("\n"));
  const { stdout, stderr, exitCode } = await hawk("--prompts", file, "--batch", "2");
  const prompts = lines.flatMap(({ tokens }) => ["--tokens", tokens.join()]);
  expect([exitCode, stdout]).toEqual([0, (await hawk(...prompts)).stdout]);
  expect(stderr).toMatch(/✓ generate 3 of 3 prompts \(/);
  const both = await hawk("--prompts", file, "--tokens", "2");
  expect([both.exitCode, both.stderr]).toEqual([
    2,
    expect.stringContaining("prompts are given in several ways"),
  ]);
});

test("what is generated is of the schema, or of the expression, that is asked for", async () => {
  const schema =
    '{"properties": {"name": {"type": "string", "maxLength": 8}, "age": {"type": "integer", "minimum": 7, "maximum": 12}}, "required": ["name", "age"]}';
  const { stdout, exitCode } = await generate("--prompt", "In the beginning ", "--json-schema", schema);
  const { name, age } = JSON.parse(stdout) as { name: string; age: number };
  expect([exitCode, name.length <= 8, age >= 7 && age <= 12]).toEqual([0, true, true]);
  const regex = "(And|But) [a-z]{3,9}\\.";
  const found = await generate(
    "--tokens",
    "2,40",
    "--temperature",
    "1",
    "--seed",
    "3",
    "--regex",
    regex,
    "--json",
  );
  expect(JSON.parse(found.stdout)).toMatchObject({
    rows: [{ text: expect.stringMatching(/^(And|But) [a-z]{3,9}\.$/), finished: "format", complete: true }],
  });
});

test("a text that is cut off before it is of its format is said so, and is no success", async () => {
  const { exitCode, stdout, stderr } = await generate(
    "--prompt",
    "A",
    "--regex",
    "a{9}",
    "--max-new-tokens",
    "4",
  );
  expect([exitCode, stdout]).toEqual([1, "aaaa"]);
  expect(stderr.split("\n").at(-1)).toBe(
    "the text is not complete: it was cut off after 4 tokens (--max-new-tokens)",
  );
});

test.each([
  [
    ["--regex", "a", "--json-schema", "{}"],
    ["usage error: the format is given in two ways", "  expected: one of --regex and --json-schema"],
  ],
  [
    ["--json-whitespace", "2", "--regex", "a"],
    [
      "usage error: --json-whitespace goes with --json-schema",
      "  hint:     a regular expression says itself where spaces may stand",
    ],
  ],
  [
    ["--json-schema", "no/such.json"],
    [
      "usage error: --json-schema is neither a schema nor a file that can be read",
      '  expected: a JSON schema, such as \'{"type": "integer"}\', or the path of one',
      "  got:      no such file",
    ],
  ],
  [
    ["--json-schema", "{'a'}"],
    [
      "usage error: --json-schema is no JSON",
      expect.stringMatching(/^ {2}got: {6}Expected property name/),
      "  at:       --json-schema",
    ],
  ],
  [
    ["--json-schema", '{"items": {"uniqueItems": true}}'],
    [
      "usage error: the schema has a keyword that generation cannot hold to: uniqueItems",
      expect.stringMatching(/^ {2}expected: .ref, anyOf, /),
      "  got:      true",
      "  at:       #/items of the JSON schema",
      "  hint:     leave it out, and check what comes yourself",
    ],
  ],
])("a format that cannot be held to is refused before a plugin is looked for: %j", async (args, lines) => {
  const { exitCode, stderr } = await generate("--prompt", "A", "--plugin", "none", ...args);
  expect([exitCode, stderr.split("\n")]).toEqual([2, lines]);
});
