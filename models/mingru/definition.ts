/** @file minGRU as a model: configuration, checkpoints, programs, presets. */
import { causalLanguageModel, defineModel } from "../../src/model/index.js";
import { causalKinds, causalParts } from "../causal-kinds.js";
import { minGruForward, minGruProgram } from "../mingru.js";
import { namesBehind } from "../checkpoint-names.js";
import { parseMinGruConfig } from "./checkpoint-config.js";
import { type MinGruConfig, minGruConfigSchema } from "./config.js";
import { minGruPresets } from "./presets.js";

export const minGru = defineModel({
  name: "mingru",
  config: minGruConfigSchema,
  checkpoint: {
    modelTypes: ["mingru"],
    configFrom: parseMinGruConfig,
    formula: ({ name }) => (/\b(?:norm|norm_f)\.weight$/.test(name) ? { offset: 1, scale: 0.3 } : undefined),
    ...namesBehind("backbone."),
  },
  kinds: causalKinds,
  program: minGruProgram,
  generation: causalLanguageModel({
    vocab: ({ vocabSize }: MinGruConfig) => vocabSize,
    bos: ({ bosId }) => bosId,
    eos: ({ eosIds }) => eosIds,
    pad: ({ padId }) => padId,
    ...causalParts,
  }),
  training: { forward: minGruForward, decays: ({ shape }) => shape.length > 1 },
  dtype: ({ dtype }) => dtype,
  summary: ({ numLayers, width, hiddenWidth, vocabSize }) =>
    `${numLayers} layers, width ${width}, recurrences of ${hiddenWidth} channels, vocabulary ${vocabSize}`,
  presets: minGruPresets,
});
