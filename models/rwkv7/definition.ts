/** @file RWKV-7 as a model: configuration, checkpoints, programs, presets. */
import { causalLanguageModel, defineModel } from "../../src/model/index.js";
import { causalKinds, causalParts } from "../causal-kinds.js";
import { rwkv7Forward, rwkv7Program } from "../rwkv7.js";
import { rwkv7Checkpoint } from "./checkpoint.js";
import { type Rwkv7Config, rwkv7ConfigSchema } from "./config.js";
import { rwkv7Presets } from "./presets.js";

/** RWKV-7 in all sizes. */
export const rwkv7 = defineModel({
  name: "rwkv7",
  config: rwkv7ConfigSchema,
  checkpoint: rwkv7Checkpoint,
  kinds: causalKinds,
  program: rwkv7Program,
  generation: causalLanguageModel({
    vocab: ({ vocabSize }: Rwkv7Config) => vocabSize,
    bos: ({ bosId }) => bosId,
    eos: ({ eosIds }) => eosIds,
    pad: ({ padId }) => padId,
    ...causalParts,
  }),
  training: {
    forward: rwkv7Forward,
    // As the authors' recipe: large matrices decay, the embedding and the low-rank projections do not.
    decays: ({ path, shape }) => shape.length > 1 && !/\b(?:embeddings|lora|r_k)\b/.test(path),
  },
  dtype: ({ dtype }) => dtype,
  summary: ({ numLayers, width, headWidth, vocabSize }) =>
    `${numLayers} layers of ${width / headWidth} heads, width ${width}, vocabulary ${vocabSize}`,
  presets: rwkv7Presets,
});
