/** @file Griffin and Hawk as one model: configuration, checkpoints, programs, presets. */
import { defineCausalModel } from "../causal-model.js";
import { griffinForward, griffinProgram } from "../griffin.js";
import { parseCheckpointConfig } from "./checkpoint-config.js";
import { griffinNames } from "./checkpoint-names.js";
import { griffinConfigSchema } from "./config.js";
import { griffinFormula } from "./formula.js";
import { griffinInitial } from "./initial.js";
import { presets } from "./presets.js";

/** RecurrentGemma in all sizes, and the Griffin and Hawk of the paper. */
export const griffin = defineCausalModel({
  name: "griffin",
  config: griffinConfigSchema,
  checkpoint: {
    modelTypes: ["recurrent_gemma"],
    configFrom: parseCheckpointConfig,
    formula: griffinFormula,
    ...griffinNames,
  },
  program: griffinProgram,
  training: {
    forward: griffinForward,
    // As the reference's recipe: matrices and convolutions decay; no part of an RG-LRU, no embedding, no bias, no norm.
    decays: ({ path, shape }) => shape.length > 1 && !/\b(?:rg_lru|embed_tokens)\b/.test(path),
    initial: griffinInitial,
  },
  summary: ({ blockTypes, width, vocabSize }) => {
    const attention = blockTypes.filter((kind) => kind === "attention").length;
    return `${blockTypes.length} layers (${attention} of local attention), width ${width}, vocabulary ${vocabSize}`;
  },
  presets,
});
