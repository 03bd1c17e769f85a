/** @file RWKV-7 as a model: configuration, checkpoints, programs, presets. */
import { defineCausalModel } from "../causal-model.js";
import { rwkv7Forward, rwkv7Program } from "../rwkv7.js";
import { rwkv7Checkpoint } from "./checkpoint.js";
import { rwkv7ConfigSchema } from "./config.js";
import { rwkv7Presets } from "./presets.js";

/** RWKV-7 in all sizes. */
export const rwkv7 = defineCausalModel({
  name: "rwkv7",
  config: rwkv7ConfigSchema,
  checkpoint: rwkv7Checkpoint,
  program: rwkv7Program,
  training: {
    forward: rwkv7Forward,
    // As the authors' recipe: large matrices decay, the embedding and the low-rank projections do not.
    decays: ({ path, shape }) => shape.length > 1 && !/\b(?:embeddings|lora|r_k)\b/.test(path),
  },
  summary: ({ numLayers, width, headWidth, vocabSize }) =>
    `${numLayers} layers of ${width / headWidth} heads, width ${width}, vocabulary ${vocabSize}`,
  presets: rwkv7Presets,
});
