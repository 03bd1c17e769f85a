/** @file Griffin and Hawk as one model: configuration, checkpoints, programs, presets. */
import { causalLanguageModel, defineModel } from "../../src/model/index.js";
import { causalKinds, causalParts } from "../causal-kinds.js";
import { griffinForward, griffinProgram } from "../griffin.js";
import { parseCheckpointConfig } from "./checkpoint-config.js";
import { griffinNames } from "./checkpoint-names.js";
import { type GriffinConfig, griffinConfigSchema } from "./config.js";
import { griffinFormula } from "./formula.js";
import { griffinInitial } from "./initial.js";
import { presets } from "./presets.js";

/** RecurrentGemma in all sizes, and the Griffin and Hawk of the paper. */
export const griffin = defineModel({
  name: "griffin",
  config: griffinConfigSchema,
  checkpoint: {
    modelTypes: ["recurrent_gemma"],
    configFrom: parseCheckpointConfig,
    formula: griffinFormula,
    ...griffinNames,
  },
  kinds: causalKinds,
  program: griffinProgram,
  generation: causalLanguageModel({
    vocab: ({ vocabSize }: GriffinConfig) => vocabSize,
    bos: ({ bosId }) => bosId,
    eos: ({ eosIds }) => eosIds,
    pad: ({ padId }) => padId,
    ...causalParts,
  }),
  training: {
    forward: griffinForward,
    // As the reference's recipe: matrices and convolutions decay; no part of an RG-LRU, no embedding, no bias, no norm.
    decays: ({ path, shape }) => shape.length > 1 && !/\b(?:rg_lru|embed_tokens)\b/.test(path),
    initial: griffinInitial,
  },
  dtype: ({ dtype }) => dtype,
  summary: ({ blockTypes, width, vocabSize }) => {
    const attention = blockTypes.filter((kind) => kind === "attention").length;
    return `${blockTypes.length} layers (${attention} of local attention), width ${width}, vocabulary ${vocabSize}`;
  },
  presets,
});
