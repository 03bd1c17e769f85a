/** @file Llama as a model: configuration, checkpoints, programs, presets. */
import { defineCausalModel } from "../causal-model.js";
import { llamaForward, llamaProgram } from "../llama.js";
import { namesBehind } from "../checkpoint-names.js";
import { decays, transformerInitial } from "../transformer/initial.js";
import { parseLlamaConfig } from "./checkpoint-config.js";
import { type LlamaConfig, llamaConfigSchema } from "./config.js";
import { llamaPresets } from "./presets.js";

/** Llama 1 to 3, Mistral 7B and Qwen2. */
export const llama = defineCausalModel<LlamaConfig>({
  name: "llama",
  config: llamaConfigSchema,
  checkpoint: {
    modelTypes: ["llama", "mistral", "qwen2"],
    configFrom: parseLlamaConfig,
    formula: ({ name }) => (name.endsWith("norm.weight") ? { offset: 1, scale: 0.3 } : undefined),
    ...namesBehind("model."),
  },
  program: llamaProgram,
  capacity: ({ window, contextSize }) => (window === null ? contextSize : undefined),
  training: { forward: llamaForward, decays, initial: transformerInitial(1) },
  summary: ({ numLayers, width, vocabSize, window, contextSize }) =>
    `${numLayers} layers, width ${width}, vocabulary ${vocabSize}, ${window === null ? `context ${contextSize}` : `a window of ${window}`}`,
  presets: llamaPresets,
});
