/** @file For tests: a model folder that trains in moments: a bigram over the demo's bytes. */
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { elementCount } from "../../../src/ir/types.js";
import { writeSafetensors } from "../../../src/weights/index.js";
import { root } from "../../cli/griffin.js";
import { randomNumbers } from "../../../src/testing/random-numbers.js";
import { temporaryFolder } from "../../weights/files.js";
import { bigram } from "../../training/bigram.js";

const config = { words: 260, width: 4, cap: 8 };
export const words = bigram.configure(config);

const LINES = [
  { prompt: "a", completion: "bab" },
  { prompt: "ba", completion: "ab" },
  { text: "abababab" },
  { prompt: "", completion: "ba" },
  { text: "bbaa" },
];

export const jsonLines = (lines: readonly unknown[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** A folder with `model`, `data.jsonl`, and room for results. */
export async function workshop() {
  const folder = await temporaryFolder();
  const model = join(folder, "model");
  await mkdir(model);
  await writeFile(join(model, "config.json"), JSON.stringify({ model_type: "bigram", bigram: config }));
  await cp(join(root, "golden/demo-kjv/tokenizer.json"), join(model, "tokenizer.json"));
  const tensors = words.parameters.map(({ path, shape }, i) => {
    const data = new Uint8Array(Float32Array.from(randomNumbers(i, elementCount(shape))).buffer);
    return [path, { dtype: "f32", shape, data }] as const;
  });
  await writeSafetensors(join(model, "model.safetensors"), Object.fromEntries(tensors));
  const data = join(folder, "data.jsonl");
  await writeFile(data, jsonLines(LINES));
  return { folder, model, data, out: join(folder, "out") };
}
