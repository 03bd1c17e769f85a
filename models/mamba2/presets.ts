/** @file Published sizes (state-spaces/mamba2-*), and one for tests. */
import type { Mamba2Config } from "./config.js";

const published = (width: number, numLayers: number): Mamba2Config => ({
  vocabSize: 50_288,
  width,
  numLayers,
  heads: width / 32,
  headWidth: 64,
  groups: 1,
  stateSize: 128,
  convWidth: 4,
  convBias: true,
  bias: false,
  stepLimit: [0, null],
  normEps: 1e-5,
  residualInF32: true,
  tiedEmbedding: true,
  dtype: "bf16",
  bosId: 0,
  eosIds: [0],
  padId: 0,
});

export const mamba2Presets = {
  "mamba2-130m": published(768, 24),
  "mamba2-370m": published(1024, 48),
  "mamba2-780m": published(1536, 48),
  "mamba2-1.3b": published(2048, 48),
  "mamba2-2.7b": published(2560, 64),
  "tiny-mamba2": {
    ...published(32, 2),
    vocabSize: 64,
    heads: 4,
    headWidth: 16,
    groups: 2,
    stateSize: 8,
    dtype: "f32",
  },
} as const satisfies Readonly<Record<string, Mamba2Config>>;
