/** @file Mamba-2 as a model: configuration, checkpoints, programs, presets. */
import { causalLanguageModel, defineModel } from "../../src/model/index.js";
import { causalKinds, causalParts } from "../causal-kinds.js";
import { mamba2Forward, mamba2Program } from "../mamba2.js";
import { mamba2Checkpoint } from "./checkpoint.js";
import { type Mamba2Config, mamba2ConfigSchema } from "./config.js";
import { mamba2Presets } from "./presets.js";

/** Mamba-2 in all sizes. */
export const mamba2 = defineModel({
  name: "mamba2",
  config: mamba2ConfigSchema,
  checkpoint: mamba2Checkpoint,
  kinds: causalKinds,
  program: mamba2Program,
  generation: causalLanguageModel({
    vocab: ({ vocabSize }: Mamba2Config) => vocabSize,
    bos: ({ bosId }) => bosId,
    eos: ({ eosIds }) => eosIds,
    pad: ({ padId }) => padId,
    ...causalParts,
  }),
  training: {
    forward: mamba2Forward,
    // As the authors' recipe: A, D and step sizes do not decay, nor do norms and biases.
    decays: ({ shape }) => shape.length > 1,
  },
  dtype: ({ dtype }) => dtype,
  summary: ({ numLayers, width, heads, stateSize, vocabSize }) =>
    `${numLayers} layers of ${heads} heads with states of ${stateSize}, width ${width}, vocabulary ${vocabSize}`,
  presets: mamba2Presets,
});
