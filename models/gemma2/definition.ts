/** @file Gemma 2 as a model: configuration, checkpoints, programs, presets. */
import { causalLanguageModel, defineModel } from "../../src/model/index.js";
import { gemma2Forward, gemma2Program } from "../gemma2.js";
import { causalKinds, causalParts } from "../causal-kinds.js";
import { namesBehind } from "../checkpoint-names.js";
import { decays, transformerInitial } from "../transformer/initial.js";
import { parseGemma2Config } from "./checkpoint-config.js";
import { type Gemma2Config, gemma2ConfigSchema } from "./config.js";
import { gemma2Presets } from "./presets.js";

/** Gemma 2 in all sizes. */
export const gemma2 = defineModel({
  name: "gemma2",
  config: gemma2ConfigSchema,
  checkpoint: {
    modelTypes: ["gemma2"],
    configFrom: parseGemma2Config,
    formula: ({ name }) => (name.endsWith("norm.weight") ? { offset: 0, scale: 0.3 } : undefined),
    ...namesBehind("model."),
  },
  kinds: causalKinds,
  program: gemma2Program,
  generation: causalLanguageModel({
    vocab: ({ vocabSize }: Gemma2Config) => vocabSize,
    bos: ({ bosId }) => bosId,
    eos: ({ eosIds }) => eosIds,
    pad: ({ padId }) => padId,
    capacity: ({ layerTypes, contextSize }) => (layerTypes.includes("global") ? contextSize : undefined),
    ...causalParts,
  }),
  training: { forward: gemma2Forward, decays, initial: transformerInitial(0) },
  dtype: ({ dtype }) => dtype,
  summary: ({ layerTypes, width, vocabSize, contextSize, window }: Gemma2Config) => {
    const local = layerTypes.filter((type) => type === "local").length;
    return `${layerTypes.length} layers (${local} of a window of ${window}), width ${width}, vocabulary ${vocabSize}, context ${contextSize}`;
  },
  presets: gemma2Presets,
});
