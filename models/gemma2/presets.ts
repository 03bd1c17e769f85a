/** @file Configurations of published Gemma 2 models, and one small enough for tests. */
import type { Gemma2Config } from "./config.js";

/** Local and global layers in turn, the first local. */
const alternating = (layers: number): Gemma2Config["layerTypes"] =>
  Array.from({ length: layers }, (_, i) => (i % 2 === 0 ? "local" : "global"));

/** Gemma 2 2B (arXiv 2408.00118): 2,614,341,888 parameters. */
const gemma2: Gemma2Config = {
  vocabSize: 256_000,
  width: 2304,
  layerTypes: alternating(26),
  numHeads: 8,
  numKeyValueHeads: 4,
  headSize: 256,
  mlpWidth: 9216,
  contextSize: 8192,
  window: 4095,
  queryScale: 256,
  scoreSoftCap: 50,
  logitsSoftCap: 30,
  ropeTheta: 10_000,
  ropeScaling: null,
  rmsNormEps: 1e-6,
  dtype: "bf16",
  bosId: 2,
  eosIds: [1],
  padId: 0,
};

/** A Gemma 2 small enough for tests: one layer of each kind, a window shorter than most prompts. */
const tinyGemma2: Gemma2Config = {
  ...gemma2,
  vocabSize: 64,
  width: 32,
  layerTypes: alternating(2),
  numHeads: 4,
  numKeyValueHeads: 2,
  headSize: 8,
  mlpWidth: 48,
  contextSize: 64,
  window: 7,
  queryScale: 8,
  scoreSoftCap: 2,
};

/** Presets by the names the command line takes. */
export const gemma2Presets = {
  "gemma-2-2b": gemma2,
  "tiny-gemma-2": tinyGemma2,
} as const satisfies Readonly<Record<string, Gemma2Config>>;
