/** @file Configurations of published Llamas, and one small enough for tests. */
import type { LlamaConfig } from "./config.js";

/** Llama 3.2 1B (arXiv 2407.21783): 1,235,814,400 parameters; caches for 8192 of its 131,072 tokens. */
const llama32: LlamaConfig = {
  vocabSize: 128_256,
  width: 2048,
  windows: Array<null>(16).fill(null),
  numHeads: 32,
  numKeyValueHeads: 8,
  headSize: 64,
  mlpWidth: 8192,
  contextSize: 8192,
  ropeTheta: 500_000,
  ropeScaling: {
    type: "llama3",
    factor: 32,
    lowFrequencyFactor: 1,
    highFrequencyFactor: 4,
    originalContext: 8192,
  },
  rmsNormEps: 1e-5,
  attentionBias: "none",
  mlpBias: false,
  tiedEmbedding: true,
  dtype: "bf16",
  bosId: 128_000,
  eosIds: [128_001],
  padId: 0,
};

/** A Llama small enough for tests: two layers, four heads of queries over two of keys. */
const tinyLlama: LlamaConfig = {
  ...llama32,
  vocabSize: 64,
  width: 32,
  windows: [null, null],
  numHeads: 4,
  numKeyValueHeads: 2,
  headSize: 8,
  mlpWidth: 48,
  contextSize: 64,
  ropeTheta: 10_000,
  ropeScaling: null,
  bosId: 2,
  eosIds: [1],
};

/** Presets by the names the command line takes. */
export const llamaPresets = {
  "llama-3.2-1b": llama32,
  "tiny-llama": tinyLlama,
} as const satisfies Readonly<Record<string, LlamaConfig>>;
