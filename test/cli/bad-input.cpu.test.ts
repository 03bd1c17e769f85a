import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyOfCase, griffin, temporaryFolder } from "./griffin.js";

const generate = (model: string, ...args: string[]) =>
  griffin(["generate", "--model", model, "--max-new-tokens", "1", ...args]);

/** Nothing of ours or of a library's insides: an error is a few lines of words. */
function expectNoStack(stderr: string): void {
  expect(stderr).not.toMatch(/^\s+at .*[:(]\d+/m);
  expect(stderr).not.toMatch(/node_modules/);
}

/** What generate says about a spoiled copy of a checkpoint; its folder is called DIR. */
async function complaint(
  name: string,
  spoil: (folder: string) => Promise<void>,
): Promise<{ exitCode: unknown; stderr: string }> {
  const folder = await copyOfCase(name);
  await spoil(folder);
  const { exitCode, stderr } = await generate(folder, "--tokens", "2,3");
  expectNoStack(stderr);
  const words = stderr.replace(/^(✓|…).*\n/gm, "").replaceAll(folder, "DIR");
  return { exitCode, stderr: words };
}

async function changeJson(path: string, change: (json: Record<string, unknown>) => void): Promise<void> {
  const json = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  change(json);
  await writeFile(path, JSON.stringify(json));
}

test("a checkpoint that is cut off", async () => {
  expect(
    await complaint("demo-kjv", (folder) => truncate(join(folder, "model.safetensors"), 100_000)),
  ).toEqual({
    exitCode: 1,
    stderr: [
      "checkpoint error: file size: the file is cut off",
      "  expected: 5178008 bytes",
      "  got:      100000 bytes",
      "  at:       DIR/model.safetensors",
      "  hint:     fetch the file again",
    ].join("\n"),
  });
});

test("a header that says it is longer than the file", async () => {
  const lie = (folder: string) =>
    writeFile(join(folder, "model.safetensors"), Buffer.from([255, 255, 255, 255, 255, 255, 255, 127, 123]));
  expect(await complaint("demo-kjv", lie)).toEqual({
    exitCode: 1,
    stderr: [
      "checkpoint error: header: the header is said to be longer than it can be",
      "  expected: at most 1 bytes in a file of 9 bytes",
      "  got:      9223372036854775807 bytes",
      "  at:       DIR/model.safetensors",
      "  hint:     either the file is cut off or it is not a safetensors file",
    ].join("\n"),
  });
});

test("a header whose offsets do not fit its shapes", async () => {
  const header = Buffer.from(JSON.stringify({ x: { dtype: "F32", shape: [3], data_offsets: [0, 8] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const lie = (folder: string) =>
    writeFile(join(folder, "model.safetensors"), Buffer.concat([length, header, Buffer.alloc(8)]));
  expect(await complaint("demo-kjv", lie)).toEqual({
    exitCode: 1,
    stderr: [
      "checkpoint error: x: data_offsets do not fit its type",
      "  expected: 12 bytes for F32 [3]",
      "  got:      8 bytes",
      "  at:       DIR/model.safetensors",
    ].join("\n"),
  });
});

test("a missing shard", async () => {
  expect(
    await complaint("hawk-sharded", (folder) => rm(join(folder, "model-00002-of-00002.safetensors"))),
  ).toEqual({
    exitCode: 1,
    stderr: "checkpoint error: model-00002-of-00002.safetensors: file: does not exist\n  at:       DIR",
  });
});

test("heads that do not divide the width", async () => {
  const change = (folder: string) =>
    changeJson(join(folder, "config.json"), (config) => {
      config.num_attention_heads = 3;
      config.head_dim = undefined;
    });
  const { exitCode, stderr } = await complaint("demo-kjv", change);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("checkpoint error: 2 problems in DIR/config.json\n");
  expect(stderr).toContain("hidden_size  heads do not divide it  a multiple of num_attention_heads, 3  128");
  expect(stderr).toContain("lru_width    heads do not divide it  a multiple of num_attention_heads, 3  128");
});

test("a width that the weights do not have, as one table of all parameters", async () => {
  const change = (folder: string) =>
    changeJson(join(folder, "config.json"), (config) => (config.lru_width = 64));
  const { exitCode, stderr } = await complaint("demo-kjv", change);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^checkpoint error: \d+ problems in the weights of DIR\n/);
  expect(stderr).toMatch(
    /model\.layers\.0\.temporal_block\.linear_y\.weight +wrong shape +\[64, 128\] +\[128, 128\]/,
  );
});

test("a folder without a checkpoint", async () => {
  const folder = await temporaryFolder();
  const { exitCode, stderr } = await generate(folder, "--tokens", "2");
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`checkpoint error: file: does not exist\n  at:       ${folder}/config.json`);
  expectNoStack(stderr);
});

test("a checkpoint without a tokenizer, and text", async () => {
  const folder = await copyOfCase("demo-kjv");
  await rm(join(folder, "tokenizer.json"));
  const { exitCode, stderr } = await generate(folder, "--prompt", "In the beginning");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("usage error: the checkpoint has no tokenizer\n");
});

const usage: readonly (readonly [what: string, args: readonly string[], words: string])[] = [
  [
    "an empty prompt",
    ["--prompt", ""],
    "usage error: the prompt is empty\n  expected: at least one character",
  ],
  [
    "no prompt",
    [],
    "usage error: nothing to continue\n  expected: one of --prompt TEXT, --tokens IDS, --prompts FILE, or - for standard input",
  ],
  [
    "an empty list of tokens",
    ["--tokens", ""],
    "usage error: --tokens is empty\n  expected: at least one token id, e.g. 2,17,5",
  ],
  [
    "tokens that are no numbers",
    ["--tokens", "1,x"],
    "usage error: --tokens is not valid\n  expected: whole numbers between commas\n  got:      1,x",
  ],
  [
    "a token beyond the vocabulary",
    ["--tokens", "2,260"],
    "usage error: token 1 of the prompt is not in the vocabulary\n  expected: an integer from 0 to 259\n  got:      260\n" +
      "  hint:     were the tokens made with the tokenizer of this checkpoint?",
  ],
  [
    "a negative token",
    ["--tokens", "-1"],
    "usage error: token 0 of the prompt is not in the vocabulary\n  expected: an integer from 0 to 259\n  got:      -1\n" +
      "  hint:     were the tokens made with the tokenizer of this checkpoint?",
  ],
  [
    "no tokens to make",
    ["--prompt", "x", "--max-new-tokens", "0"],
    "usage error: --max-new-tokens is not valid\n  expected: a whole number, 1 or more\n  got:      0",
  ],
  [
    "a negative temperature",
    ["--prompt", "x", "--temperature", "-1"],
    "usage error: temperature is out of range\n  expected: a number >= 0\n  got:      -1",
  ],
  [
    "a probability above 1",
    ["--prompt", "x", "--top-p", "1.5"],
    "usage error: top-p is out of range\n  expected: a number > 0 and <= 1\n  got:      1.5",
  ],
  [
    "an unknown dtype",
    ["--prompt", "x", "--dtype", "bf6"],
    "usage error: --dtype is not valid\n  expected: f32, bf16, f16\n  got:      bf6\n  hint:     did you mean bf16?",
  ],
  [
    "an unknown strategy",
    ["--prompt", "x", "--scan", "block"],
    'usage error: nn.linear_scan and nn.selective_scan have no strategy "block"\n  expected: auto, sequential, associative, blocked, strided\n  got:      block',
  ],
  [
    "a stray argument",
    ["hello"],
    'usage error: unexpected argument "hello"\n  hint:     did you mean --prompt "hello"?',
  ],
  [
    "two kinds of prompts",
    ["--prompt", "x", "--tokens", "2"],
    "usage error: prompts are given in several ways\n  expected: one of --prompt TEXT, --tokens IDS, --prompts FILE, or - for standard input",
  ],
];

test.each(usage)("%s", async (_what, args, words) => {
  const { exitCode, stdout, stderr } = await griffin(["generate", "--model", "golden/demo-kjv", ...args]);
  const complaints = stderr.replace(/^(✓|…).*\n/gm, "");
  expect({ exitCode, stdout, complaints }).toEqual({ exitCode: 2, stdout: "", complaints: words });
});

test("an unknown pass", async () => {
  const { exitCode, stderr } = await griffin(["opt", "-", "--pass-pipeline", "cse,fuse-rglru-gate"], {
    input: "module {}",
  });
  expect(exitCode).toBe(2);
  expect(stderr).toBe(
    [
      'usage error: unknown pass "fuse-rglru-gate"',
      "  at:       pipeline, column 5",
      "  cse,fuse-rglru-gate",
      "      ^^^^^^^^^^^^^^^",
      "  hint:     did you mean fuse-rglru-gates?",
    ].join("\n"),
  );
});

test("a folder that is not a golden case", async () => {
  const folder = await temporaryFolder();
  const { exitCode, stdout, stderr } = await griffin(["golden", "check", folder]);
  expect(exitCode).toBe(1);
  expect(stdout).toContain("golden error: golden.json cannot be read: this folder is not a golden case");
  expect(stdout.split("\n").at(-1)).toBe("0 passed, 1 failed");
  expectNoStack(stderr);
});

test("weights that are infinite, unless they are asked for; the first of them is named", async () => {
  const spoil = async (folder: string) => {
    const path = join(folder, "model.safetensors");
    const file = await readFile(path);
    const start = 8 + Number(file.readBigUInt64LE());
    const header = JSON.parse(file.toString("utf8", 8, start)) as Record<
      string,
      { readonly data_offsets: readonly [number, number] }
    >;
    const [begin] = header["model.final_norm.weight"]!.data_offsets;
    file.writeFloatLE(Number.NEGATIVE_INFINITY, start + begin + 4 * 7);
    await writeFile(path, file);
  };
  expect(await complaint("demo-kjv", spoil)).toEqual({
    exitCode: 1,
    stderr: [
      "checkpoint error: model.final_norm.weight: has a number that is not finite",
      "  expected: finite numbers",
      "  got:      -Infinity at [7]",
      "  at:       DIR/model.safetensors",
      "  hint:     is the file damaged, or did its training diverge? allowNonFinite (--allow-non-finite) loads it as it is",
    ].join("\n"),
  });
  const folder = await copyOfCase("demo-kjv");
  await spoil(folder);
  // Without the check nobody would know: what comes after the norm makes finite logits of it.
  expect(await generate(folder, "--tokens", "2,3", "--allow-non-finite")).toMatchObject({ exitCode: 0 });
});
