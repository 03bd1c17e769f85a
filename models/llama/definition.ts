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
  capacity: ({ windows, contextSize }) => (windows.includes(null) ? contextSize : undefined),
  withCapacity: (config, contextSize) => ({ ...config, contextSize }),
  training: { forward: llamaForward, decays, initial: transformerInitial(1) },
  summary: ({ windows, width, vocabSize, contextSize }) => {
    const local = windows.filter((window) => window !== null);
    const sees = local.length === 0 ? "" : ` (${local.length} of a window of ${local[0]})`;
    const context = local.length === windows.length ? "" : `, context ${contextSize}`;
    return `${windows.length} layers${sees}, width ${width}, vocabulary ${vocabSize}${context}`;
  },
  presets: llamaPresets,
});
