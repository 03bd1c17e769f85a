/** @file Published sizes of Mamba, and one small enough for tests. */
import type { MambaConfig } from "./config.js";

const mamba130m: MambaConfig = {
  vocabSize: 50_280,
  width: 768,
  numLayers: 24,
  innerWidth: 1536,
  stateSize: 16,
  timeStepRank: 48,
  convWidth: 4,
  normEps: 1e-5,
  bias: false,
  convBias: true,
  residualInF32: true,
  tiedEmbedding: true,
  dtype: "f32",
  bosId: 0,
  eosIds: [0],
  padId: 0,
};

const mamba2p8b: MambaConfig = {
  ...mamba130m,
  width: 2560,
  numLayers: 64,
  innerWidth: 5120,
  timeStepRank: 160,
};

/** A Mamba small enough for tests. */
const tinyMamba: MambaConfig = {
  ...mamba130m,
  vocabSize: 64,
  width: 32,
  numLayers: 2,
  innerWidth: 64,
  stateSize: 4,
  timeStepRank: 2,
  bosId: 2,
  eosIds: [1],
};

/** Presets by the names the command line takes. */
export const mambaPresets = {
  "mamba-130m": mamba130m,
  "mamba-2.8b": mamba2p8b,
  "tiny-mamba": tinyMamba,
} as const satisfies Readonly<Record<string, MambaConfig>>;
