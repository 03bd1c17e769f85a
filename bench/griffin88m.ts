/** @file The model that the benchmarks run: a Griffin of 88.4M parameters with weights by formula, for which nothing need be fetched. */
import { griffin, type GriffinConfig } from "../models/index.js";
import { griffinPattern } from "../models/griffin/presets.js";
import { Model, type ModelOptions } from "../src/engine/index.js";
import type { Client } from "../src/runtime-pjrt/index.js";
import { type Checkpoint, type ComputeDType, formulaCheckpoint } from "../src/weights/index.js";

/** Width 768, nine layers, vocabulary of 32,000, window of 512. */
export const griffin88m: GriffinConfig = {
  vocabSize: 32_000,
  width: 768,
  mlpExpandedWidth: 2304,
  numHeads: 6,
  lruWidth: 768,
  blockTypes: griffinPattern(9),
  attentionWindowSize: 512,
  embeddingsScaleBySqrtDim: true,
  logitsSoftCap: 30,
  conv1dTemporalWidth: 4,
  ropeTheta: 10_000,
  partialRotaryFactor: 0.5,
  rmsNormEps: 1e-6,
  dtype: "f32",
  bosId: 2,
  // Nothing ends a sequence, so that generation runs as long as it is asked to.
  eosIds: [],
  padId: 0,
};

/** A checkpoint of a configuration, stored in `dtype`. */
export const benchCheckpoint = (config: GriffinConfig, dtype: ComputeDType): Checkpoint =>
  formulaCheckpoint(griffin.configure({ ...config, dtype }), 0);

/** The 88M model on a client; the caller closes it. */
export async function load88m(
  client: Client,
  dtype: ComputeDType,
  options: ModelOptions = {},
): Promise<Model> {
  await using checkpoint = benchCheckpoint(griffin88m, dtype);
  return await Model.load(client, griffin.configure(griffin88m), checkpoint, { ...options, dtype });
}

/** Token ids without a pattern that a cache could profit from. */
export const somePrompt = (tokens: number, { vocabSize }: GriffinConfig = griffin88m): number[] =>
  Array.from({ length: tokens }, (_, i) => (i * 7919) % vocabSize);

/** The dtype that an option names; anything but bf16 is f32. */
export const benchDtype = (text: string): "f32" | "bf16" => (text === "bf16" ? "bf16" : "f32");
