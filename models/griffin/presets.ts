/** @file The published sizes, and tiny ones to play and test with. */
import type { BlockType, GriffinConfig } from "./config.js";

/** R, R, A, R, R, A ... cut to the number of layers. */
export const griffinPattern = (layers: number): readonly BlockType[] =>
  Array.from({ length: layers }, (_, layer) => (layer % 3 === 2 ? "attention" : "recurrent"));

/** Recurrent blocks only. */
export const hawkPattern = (layers: number): readonly BlockType[] =>
  Array.from({ length: layers }, () => "recurrent");

/** What all published sizes share. */
const shared = {
  vocabSize: 256_000,
  conv1dTemporalWidth: 4,
  ropeTheta: 10_000,
  partialRotaryFactor: 0.5,
  rmsNormEps: 1e-6,
  dtype: "bf16",
  bosId: 2,
  eosIds: [1],
  padId: 0,
} as const;

const recurrentGemma = {
  ...shared,
  attentionWindowSize: 2048,
  embeddingsScaleBySqrtDim: true,
  logitsSoftCap: 30,
} as const;

const griffinPaper = {
  ...shared,
  attentionWindowSize: 1024,
  embeddingsScaleBySqrtDim: false,
  logitsSoftCap: 0,
} as const;

/** RecurrentGemma 2B: 2,682,862,080 parameters. */
const recurrentGemma2b: GriffinConfig = {
  ...recurrentGemma,
  width: 2560,
  mlpExpandedWidth: 7680,
  numHeads: 10,
  lruWidth: 2560,
  blockTypes: griffinPattern(26),
};

/** RecurrentGemma 9B: 8,579,977,216 parameters. */
const recurrentGemma9b: GriffinConfig = {
  ...recurrentGemma,
  width: 4096,
  mlpExpandedWidth: 12_288,
  numHeads: 16,
  lruWidth: 4096,
  blockTypes: griffinPattern(38),
};

/** Griffin-7B of the Griffin paper: 7,795,144,704 parameters. */
const griffin7b: GriffinConfig = {
  ...griffinPaper,
  width: 4096,
  mlpExpandedWidth: 12_288,
  numHeads: 32,
  lruWidth: 5632,
  blockTypes: griffinPattern(32),
};

/** Hawk-7B of the Griffin paper: 8,161,562,624 parameters. */
const hawk7b: GriffinConfig = { ...griffin7b, blockTypes: hawkPattern(32) };

/** A Griffin small enough for tests: three layers, a window shorter than most prompts. */
const tiny: GriffinConfig = {
  ...recurrentGemma,
  vocabSize: 64,
  width: 32,
  mlpExpandedWidth: 96,
  numHeads: 2,
  lruWidth: 48,
  attentionWindowSize: 8,
  blockTypes: griffinPattern(3),
};

/** A Hawk small enough for tests. */
const tinyHawk: GriffinConfig = {
  ...tiny,
  blockTypes: hawkPattern(2),
  logitsSoftCap: 0,
  embeddingsScaleBySqrtDim: false,
};

/** Presets by the names the command line takes. */
export const presets = {
  "recurrentgemma-2b": recurrentGemma2b,
  "recurrentgemma-9b": recurrentGemma9b,
  "griffin-7b": griffin7b,
  "hawk-7b": hawk7b,
  tiny,
  "tiny-hawk": tinyHawk,
} as const satisfies Readonly<Record<string, GriffinConfig>>;

export type PresetName = keyof typeof presets;
