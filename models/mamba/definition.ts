/** @file Mamba as a model: configuration, checkpoints, programs, presets. */
import { defineCausalModel } from "../causal-model.js";
import { mambaForward, mambaProgram } from "../mamba.js";
import { namesBehind } from "../checkpoint-names.js";
import { parseMambaConfig } from "./checkpoint-config.js";
import { mambaConfigSchema } from "./config.js";
import { mambaInitial } from "./initial.js";
import { mambaPresets } from "./presets.js";

/** Mamba in all sizes. */
export const mamba = defineCausalModel({
  name: "mamba",
  config: mambaConfigSchema,
  checkpoint: {
    modelTypes: ["mamba"],
    configFrom: parseMambaConfig,
    formula: ({ name }) =>
      /\b(?:norm|norm_f)\.weight$|\.D$/.test(name) ? { offset: 1, scale: 0.3 } : undefined,
    ...namesBehind("backbone."),
  },
  program: mambaProgram,
  training: {
    forward: mambaForward,
    // As the authors': matrices decay; not A and D, no bias, no norm.
    decays: ({ path, shape }) => shape.length > 1 && !path.endsWith(".A_log"),
    initial: mambaInitial,
  },
  summary: ({ numLayers, width, stateSize, vocabSize }) =>
    `${numLayers} layers, width ${width}, ${stateSize} numbers of state a channel, vocabulary ${vocabSize}`,
  presets: mambaPresets,
});
