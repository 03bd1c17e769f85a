/** @file Gemma 2 as a model: configuration, checkpoints, programs, presets. */
import { gemma2Forward, gemma2Program } from "../gemma2.js";
import { defineCausalModel } from "../causal-model.js";
import { namesBehind } from "../checkpoint-names.js";
import { decays, transformerInitial } from "../transformer/initial.js";
import { parseGemma2Config } from "./checkpoint-config.js";
import { type Gemma2Config, gemma2ConfigSchema } from "./config.js";
import { gemma2Presets } from "./presets.js";

/** Gemma 2 in all sizes. */
export const gemma2 = defineCausalModel<Gemma2Config>({
  name: "gemma2",
  config: gemma2ConfigSchema,
  checkpoint: {
    modelTypes: ["gemma2"],
    configFrom: parseGemma2Config,
    formula: ({ name }) => (name.endsWith("norm.weight") ? { offset: 0, scale: 0.3 } : undefined),
    ...namesBehind("model."),
  },
  program: gemma2Program,
  capacity: ({ layerTypes, contextSize }) => (layerTypes.includes("global") ? contextSize : undefined),
  withCapacity: (config, contextSize) => ({ ...config, contextSize }),
  training: { forward: gemma2Forward, decays, initial: transformerInitial(0) },
  summary: ({ layerTypes, width, vocabSize, contextSize, window }) => {
    const local = layerTypes.filter((type) => type === "local").length;
    return `${layerTypes.length} layers (${local} of a window of ${window}), width ${width}, vocabulary ${vocabSize}, context ${contextSize}`;
  },
  presets: gemma2Presets,
});
