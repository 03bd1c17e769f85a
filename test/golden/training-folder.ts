/** @file For tests: golden cases of training of a bigram, whose numbers are worked out in f64 by plain formulas. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { elementCount } from "../../src/ir/types.js";
import { type TensorData, writeSafetensors } from "../../src/weights/index.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import {
  bigram,
  type BigramWeights,
  CONFIG,
  pairsOf,
  plainAdamW,
  plainBigram,
  plainSgd,
  trainPlainly,
} from "../training/bigram.js";

const [STEPS, BATCH, WIDTH] = [3, 2, 6];
const adamw = { learning_rate: 0.01, b1: 0.9, b2: 0.96, eps: 1e-8, weight_decay: 0.1 };

/** What a case says of itself. */
export const DESCRIPTION = {
  reference: "plain formulas",
  layout: "rightpad",
  sgd: { learning_rate: 0.1 },
  adamw: { ...adamw, no_decay: ["everything but head.weight"] },
  tolerance: {
    grad: 1e-5,
    loss: 1e-6,
    update_sgd: 1e-4,
    losses_sgd: 1e-6,
    update_adamw: 1e-3,
    losses_adamw: 1e-6,
  },
  reason: "f32 against f64",
};

const f32 = (shape: readonly number[], values: readonly number[]): TensorData => ({
  dtype: "f32",
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
});
const i32 = (values: readonly number[]): TensorData => ({
  dtype: "i32",
  shape: [STEPS, BATCH, WIDTH],
  data: new Uint8Array(Int32Array.from(values).buffer),
});

/** Tensors of several parameters: `PREFIX.PATH`. */
const tensorsOf = (prefix: string, weights: BigramWeights): Readonly<Record<string, TensorData>> =>
  Object.fromEntries(
    bigram
      .configure(CONFIG)
      .parameters.map(({ path, shape }) => [`${prefix}${path}`, f32(shape, weights[path]!)]),
  );

/** What may be wrong with a case. */
export interface Changes {
  readonly description?: object;
  /** Instead of the right tensors; undefined leaves one out. */
  readonly tensors?: Readonly<Record<string, TensorData | undefined>>;
}

/** Writes a case. Its files say what the formulas say, but for the changes. */
export async function storeTrainingCase(
  folder: string,
  { description, tensors }: Changes = {},
): Promise<void> {
  const start = Object.fromEntries(
    bigram
      .configure(CONFIG)
      .parameters.map(({ path, shape }, i) => [
        path,
        [...Float32Array.from(randomNumbers(20 + i, elementCount(shape)))],
      ]),
  );
  const rows = Array.from({ length: STEPS * BATCH }, (_, row) =>
    randomNumbers(row, WIDTH, 0, CONFIG.words).map(Math.floor),
  );
  const masks = rows.map((row, i) => row.map((_, t) => (t > i % 3 ? 1 : 0)));
  const batches = Array.from({ length: STEPS }, (_, step) => {
    const [from, to] = [step * BATCH, (step + 1) * BATCH];
    return pairsOf(rows.slice(from, to), masks.slice(from, to));
  });
  const first = plainBigram(CONFIG, start, batches[0]!);
  const sgd = trainPlainly(CONFIG, start, batches, () => plainSgd(DESCRIPTION.sgd.learning_rate));
  const { learning_rate: rate, weight_decay: decay, ...others } = adamw;
  const byAdamW = trainPlainly(CONFIG, start, batches, (path) =>
    plainAdamW({ ...others, rate, decay: path === "head.weight" ? decay : 0 }),
  );
  const right: Readonly<Record<string, TensorData>> = {
    tokens: i32(rows.flat()),
    target_mask: i32(masks.flat()),
    segment_pos: i32(rows.flatMap((row) => row.map((_, t) => t))),
    "loss.first": f32([1], [first.loss]),
    grad_norm: f32([1], [Math.hypot(...Object.values(first.gradients).flat())]),
    ...tensorsOf("grad.", first.gradients),
    "losses.sgd": f32([STEPS], sgd.losses),
    ...tensorsOf("trained.sgd.", sgd.weights),
    "losses.adamw": f32([STEPS], byAdamW.losses),
    ...tensorsOf("trained.adamw.", byAdamW.weights),
  };
  const kept = Object.entries({ ...right, ...tensors }).flatMap(([name, tensor]) =>
    tensor === undefined ? [] : [[name, tensor] as const],
  );
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify({ model_type: "bigram", bigram: CONFIG }));
  await writeSafetensors(join(folder, "model.safetensors"), tensorsOf("", start));
  await writeSafetensors(join(folder, "train.safetensors"), Object.fromEntries(kept));
  await writeFile(join(folder, "train.json"), JSON.stringify({ ...DESCRIPTION, ...description }));
}
