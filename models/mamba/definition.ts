/** @file Mamba as a model: configuration, checkpoints, programs, presets. */
import { causalLanguageModel, defineModel } from "../../src/model/index.js";
import { causalKinds, causalParts } from "../causal-kinds.js";
import { mambaForward, mambaProgram } from "../mamba.js";
import { namesBehind } from "../checkpoint-names.js";
import { parseMambaConfig } from "./checkpoint-config.js";
import { type MambaConfig, mambaConfigSchema } from "./config.js";
import { mambaInitial } from "./initial.js";
import { mambaPresets } from "./presets.js";

/** Mamba in all sizes. */
export const mamba = defineModel({
  name: "mamba",
  config: mambaConfigSchema,
  checkpoint: {
    modelTypes: ["mamba"],
    configFrom: parseMambaConfig,
    formula: ({ name }) =>
      /\b(?:norm|norm_f)\.weight$|\.D$/.test(name) ? { offset: 1, scale: 0.3 } : undefined,
    ...namesBehind("backbone."),
  },
  kinds: causalKinds,
  program: mambaProgram,
  generation: causalLanguageModel({
    vocab: ({ vocabSize }: MambaConfig) => vocabSize,
    bos: ({ bosId }) => bosId,
    eos: ({ eosIds }) => eosIds,
    pad: ({ padId }) => padId,
    ...causalParts,
  }),
  training: {
    forward: mambaForward,
    // As the authors': matrices decay; not A and D, no bias, no norm.
    decays: ({ path, shape }) => shape.length > 1 && !path.endsWith(".A_log"),
    initial: mambaInitial,
  },
  dtype: ({ dtype }) => dtype,
  summary: ({ numLayers, width, stateSize, vocabSize }) =>
    `${numLayers} layers, width ${width}, ${stateSize} numbers of state a channel, vocabulary ${vocabSize}`,
  presets: mambaPresets,
});
