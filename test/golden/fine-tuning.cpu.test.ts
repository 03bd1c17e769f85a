import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { knownModels } from "../../src/cli/models.js";
import { openCheckpoint, type TensorData, writeSafetensors } from "../../src/weights/index.js";
import { griffin } from "../cli/griffin.js";
import { jsonLines, words, workshop } from "../engine/train/bigram-folder.js";
import {
  bigram,
  type BigramConfig,
  type BigramWeights,
  pairsOf,
  plainAdamW,
  plainBigram,
  trainPlainly,
} from "../training/bigram.js";

const options = { models: knownModels([bigram]) };
const config = words.config as unknown as BigramConfig;

const [BATCH, TOKENS, STEPS] = [2, 7, 3];
const adamw = { learning_rate: 0.01, b1: 0.9, b2: 0.96, eps: 1e-8, weight_decay: 0.1 };
const DESCRIPTION = {
  reference: "plain formulas",
  checkpoint: "model",
  ...{ batch: BATCH, tokens: TOKENS, steps: STEPS },
  adamw: { ...adamw, no_decay: ["everything but head.weight"] },
  tolerance: { losses: 1e-6, losses_bf16: 0.02, update: 1e-3 },
  reason: "f32 against f64",
};

type Pair = { readonly prompt: string; readonly completion: string };
const TRAIN: readonly Pair[] = [
  { prompt: "a", completion: "bab" },
  { prompt: "ba", completion: "ab" },
  { prompt: "", completion: "ba" },
  { prompt: "abb", completion: "" },
  { prompt: "b", completion: "b" },
];
// The last batch is half padding, and rows count different numbers of tokens.
const EVAL: readonly Pair[] = [TRAIN[0]!, { prompt: "aaaa", completion: "" }, TRAIN[2]!];

/** What rows predict, written out: 0 begins and pads, 1 ends, a byte is itself and 3. */
const pairsOfRows = (rows: readonly Pair[]) =>
  pairsOf(
    rows.map(({ prompt, completion }) => {
      const tokens = [0, ...Buffer.from(prompt + completion).map((byte) => byte + 3), 1];
      return Array.from({ length: TOKENS }, (_, i) => tokens[i] ?? 0);
    }),
    rows.map(({ prompt, completion }) => {
      const [from, to] = [1 + prompt.length, 2 + prompt.length + completion.length];
      return Array.from({ length: TOKENS }, (_, i) => (i >= from && i < to ? 1 : 0));
    }),
  );

const f32 = (shape: readonly number[], values: readonly number[]): TensorData => ({
  dtype: "f32",
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
});

/** A case whose numbers are worked out in f64; the name of a tensor that is made wrong. */
async function stored(wrong?: string): Promise<string> {
  const { folder, model } = await workshop();
  await using checkpoint = await openCheckpoint(model);
  const start: BigramWeights = Object.fromEntries(
    await Promise.all(
      words.parameters.map(async ({ path }) => {
        const bytes = await checkpoint.tensors.get(path)!.read();
        return [path, [...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)]] as const;
      }),
    ),
  );
  // The examples once more where they are used up.
  const order = Array.from({ length: STEPS * BATCH }, (_, i) => TRAIN[i % TRAIN.length]!);
  const batches = Array.from({ length: STEPS }, (_, i) =>
    pairsOfRows(order.slice(i * BATCH, (i + 1) * BATCH)),
  );
  const { learning_rate: rate, weight_decay: decay, ...others } = adamw;
  const { losses, weights } = trainPlainly(config, start, batches, (path) =>
    plainAdamW({ ...others, rate, decay: path === "head.weight" ? decay : 0 }),
  );
  const tests = [start, weights].map((at) => plainBigram(config, at, pairsOfRows(EVAL)).loss);
  const right: Readonly<Record<string, TensorData>> = {
    losses: f32([STEPS], losses),
    eval: f32([2], tests),
    "losses.bf16": f32([STEPS], losses),
    "eval.bf16": f32([2], tests),
    ...Object.fromEntries(
      words.parameters.map(({ path, shape }) => [`trained.${path}`, f32(shape, weights[path]!)]),
    ),
  };
  const all = Object.entries(right).map(([name, tensor]) => {
    const halved = () =>
      f32(
        tensor.shape,
        [...new Float32Array(tensor.data.buffer)].map((one) => one / 2),
      );
    return [name, name === wrong ? halved() : tensor] as const;
  });
  await writeSafetensors(join(folder, "train.safetensors"), Object.fromEntries(all));
  await writeFile(join(folder, "train.json"), JSON.stringify(DESCRIPTION));
  await writeFile(join(folder, "train.jsonl"), jsonLines(TRAIN));
  await writeFile(join(folder, "eval.jsonl"), jsonLines(EVAL));
  return folder;
}

/** Figures that are judged, and what is said of each. */
async function verdicts(folder: string) {
  const { exitCode, stdout, stderr } = await griffin(["golden", "check", folder], options);
  expect(stderr).not.toContain("error");
  const lines = [...stdout.matchAll(/^ +(\S+) .* (ok|FAIL|FAIL, mostly \S+|-)$/gm)].map(([, name, said]) => [
    name,
    said,
  ]);
  return { exitCode, lines };
}

test("a case of fine-tuning whose numbers are worked out in f64 passes", async () => {
  const folder = await stored();
  const { lines, exitCode } = await verdicts(folder);
  expect(lines).toEqual([
    ["losses", "ok"],
    ["eval", "ok"],
    ["update", "ok"],
    ["update.table.weight", "-"],
    ["update.head.bias", "-"],
    ["update.head.weight", "-"],
    ["losses.bf16", "ok"],
    ["eval.bf16", "ok"],
  ]);
  expect(exitCode).toBe(0);
});

test.each(["losses", "eval", "trained.head.weight"])("one of which %s is wrong fails", async (name) => {
  const { lines, exitCode } = await verdicts(await stored(name));
  const isUpdate = name.startsWith("trained.");
  expect(lines).toContainEqual(isUpdate ? ["update", "FAIL, mostly head.weight"] : [name, "FAIL"]);
  expect(exitCode).toBe(1);
});
