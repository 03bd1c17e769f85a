/** @file For tests: the small Llama stored as people store one, and golden cases of it with the numbers of the plain loops. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formulaCheckpoint, type TensorData, writeSafetensors } from "../../../src/weights/index.js";
import { small } from "./llama-config.js";
import { llama } from "./llama-definition.js";
import { continuePlainly, readPlainly, type Weights } from "./plain-llama.js";

const SEED = 11;

/** `small` in the words of its checkpoints. */
const CONFIG = {
  model_type: "llama",
  vocab_size: 40,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 48,
  max_position_embeddings: 64,
  rope_theta: 500,
  rms_norm_eps: 1e-5,
  bos_token_id: 1,
  eos_token_id: 2,
};

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The weights that formula and seed give. */
export async function smallWeights(): Promise<Weights> {
  await using checkpoint = formulaCheckpoint(llama.configure(small), SEED);
  const read = [...checkpoint.tensors].map(
    async ([name, tensor]) => [name, new Float32Array((await tensor.read()).buffer)] as const,
  );
  return new Map(await Promise.all(read));
}

/** A model folder: config.json and model.safetensors. */
export async function storeLlama(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(CONFIG));
  await using checkpoint = formulaCheckpoint(llama.configure(small), SEED);
  const tensors: Record<string, TensorData> = {};
  for (const [name, { dtype, shape, read }] of checkpoint.tensors)
    tensors[name] = { dtype, shape, data: await read() };
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
}

/**
 * A golden case (golden/README.md) of two texts, the second padded in front, with 5 steps after them.
 * @param off added to one logit, so that the case is wrong
 */
export async function storeCase(
  folder: string,
  options: { readonly formula: boolean; readonly off?: number },
): Promise<void> {
  const weights = await smallWeights();
  const texts = [
    [1, 7, 33, 12, 5, 5, 21, 38],
    [1, 30, 4],
  ];
  const time = 8;
  const steps = 5;
  const padded = <T>(rows: readonly T[], padding: T): T[] => [
    ...Array(time - rows.length).fill(padding),
    ...rows,
  ];
  const readings = texts.map((text) => readPlainly(small, weights, text));
  const generated = texts.map((text) => continuePlainly(small, weights, text, steps + 1));
  const after = texts.map((text, row) =>
    readPlainly(small, weights, [...text, ...generated[row]!.slice(0, steps)]).scores.slice(text.length),
  );
  const f32 = (shape: readonly number[], values: readonly number[]): TensorData => ({
    dtype: "f32",
    shape,
    data: bytesOf(Float32Array.from(values)),
  });
  const i32 = (shape: readonly number[], values: readonly number[]): TensorData => ({
    dtype: "i32",
    shape,
    data: bytesOf(Int32Array.from(values)),
  });
  const rowsOf = (width: number, all: readonly (readonly (readonly number[])[])[]): TensorData =>
    f32(
      [2, time, width],
      all.flatMap((rows) => padded(rows, Array<number>(width).fill(0)).flat()),
    );
  const logits = rowsOf(
    40,
    readings.map(({ scores }) => scores),
  );
  new Float32Array(logits.data.buffer)[3] = readings[0]!.scores[0]![3]! + (options.off ?? 0);
  await storeLlama(folder);
  await writeSafetensors(join(folder, "golden.safetensors"), {
    tokens: i32(
      [2, time],
      texts.flatMap((text) => padded(text, 2)),
    ),
    segment_pos: i32(
      [2, time],
      texts.flatMap((text) => padded([...text.keys()], -1)),
    ),
    logits,
    "block.0.stream": rowsOf(
      32,
      readings.map(({ streams }) => streams[0]!),
    ),
    "block.1.stream": rowsOf(
      32,
      readings.map(({ streams }) => streams[1]!),
    ),
    generated: i32([2, steps + 1], generated.flat()),
    generated_logits: f32([2, steps, 40], after.flat(2)),
  });
  const golden = {
    reference: "plain loops",
    seed: SEED,
    weights: options.formula ? "formula" : "model.safetensors",
    tolerance: { max_abs: 1e-4, reason: "f32 against f64" },
  };
  await writeFile(join(folder, "golden.json"), JSON.stringify(golden));
}

/** Tokens up to the end of the text, if it comes. */
export const untilEnd = (tokens: readonly number[]): readonly number[] =>
  tokens.includes(small.end) ? tokens.slice(0, tokens.indexOf(small.end) + 1) : tokens;
