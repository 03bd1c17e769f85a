/** @file A minGRU small enough for tests: none is published with its weights. */
import type { MinGruConfig } from "./config.js";

const tinyMinGru: MinGruConfig = {
  vocabSize: 64,
  width: 32,
  numLayers: 2,
  hiddenWidth: 48,
  mlpWidth: 64,
  convWidth: 4,
  normEps: 1e-6,
  tiedEmbedding: true,
  dtype: "f32",
  bosId: 2,
  eosIds: [1],
  padId: 0,
};

/** Presets by the names the command line takes. */
export const minGruPresets = { "tiny-mingru": tinyMinGru } as const satisfies Readonly<
  Record<string, MinGruConfig>
>;
