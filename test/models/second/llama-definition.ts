/** @file The Llama as a model: configuration, checkpoints, programs, and the parts these play in generation. */
import { causalLanguageModel, defineModel } from "../../../src/model/index.js";
import { llamaCheckpoint } from "./llama-checkpoint.js";
import { type LlamaConfig, llamaConfigSchema, small } from "./llama-config.js";
import { llamaProgram } from "./llama.js";

export const llama = defineModel({
  name: "llama",
  config: llamaConfigSchema,
  checkpoint: llamaCheckpoint,
  kinds: {
    read: { summary: "reads the start of a text" },
    continue: { summary: "reads what follows" },
    next: { summary: "reads one word of each text", time: 1 },
    everything: { summary: "reads a whole text" },
  },
  program: llamaProgram,
  generation: causalLanguageModel({
    vocab: ({ words }: LlamaConfig) => words,
    bos: ({ begin }) => begin,
    eos: ({ end }) => [end],
    pad: ({ end }) => end,
    capacity: ({ context }) => context,
    programs: { prefill: "read", extend: "continue", decode: "next", forward: "everything" },
    inputs: { tokens: "ids", positions: "place" },
    outputs: { logits: "scores", best: "choice" },
  }),
  dtype: () => "f32",
  summary: ({ depth, width, words }) => `${depth} blocks of width ${width}, ${words} words`,
  presets: { small },
});
