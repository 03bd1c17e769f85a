/** @file minGRU as a model: configuration, checkpoints, programs, presets. */
import { defineCausalModel } from "../causal-model.js";
import { minGruForward, minGruProgram } from "../mingru.js";
import { namesBehind } from "../checkpoint-names.js";
import { parseMinGruConfig } from "./checkpoint-config.js";
import { minGruConfigSchema } from "./config.js";
import { minGruPresets } from "./presets.js";

export const minGru = defineCausalModel({
  name: "mingru",
  config: minGruConfigSchema,
  checkpoint: {
    modelTypes: ["mingru"],
    configFrom: parseMinGruConfig,
    formula: ({ name }) => (/\b(?:norm|norm_f)\.weight$/.test(name) ? { offset: 1, scale: 0.3 } : undefined),
    ...namesBehind("backbone."),
  },
  program: minGruProgram,
  training: { forward: minGruForward, decays: ({ shape }) => shape.length > 1 },
  summary: ({ numLayers, width, hiddenWidth, vocabSize }) =>
    `${numLayers} layers, width ${width}, recurrences of ${hiddenWidth} channels, vocabulary ${vocabSize}`,
  presets: minGruPresets,
});
