/** @file Mamba-2 as a model: configuration, checkpoints, programs, presets. */
import { defineCausalModel } from "../causal-model.js";
import { mamba2Forward, mamba2Program } from "../mamba2.js";
import { mamba2Checkpoint } from "./checkpoint.js";
import { mamba2ConfigSchema } from "./config.js";
import { mamba2Presets } from "./presets.js";

/** Mamba-2 in all sizes. */
export const mamba2 = defineCausalModel({
  name: "mamba2",
  config: mamba2ConfigSchema,
  checkpoint: mamba2Checkpoint,
  program: mamba2Program,
  training: {
    forward: mamba2Forward,
    // As the authors' recipe: A, D and step sizes do not decay, nor do norms and biases.
    decays: ({ shape }) => shape.length > 1,
  },
  summary: ({ numLayers, width, heads, stateSize, vocabSize }) =>
    `${numLayers} layers of ${heads} heads with states of ${stateSize}, width ${width}, vocabulary ${vocabSize}`,
  presets: mamba2Presets,
});
