/** @file Parameter paths of a Griffin <-> names and shapes of its tensors in checkpoints of the Hugging Face layout. */
import type { TensorNames } from "../../src/model/index.js";
import { flaxNames, torchNames } from "./published-names.js";

const PREFIX = "model.";

/** The kernel of a depthwise convolution is stored as [channels, 1, taps]; the model has [channels, taps]. */
const CONVOLUTION = /\bconv_1d\.weight$/;

export const griffinNames: TensorNames = {
  nameOf({ path, shape }) {
    const [channels, taps] = shape;
    const isConvolution = CONVOLUTION.test(path) && shape.length === 2;
    return { name: PREFIX + path, shape: isConvolution ? [channels!, 1, taps!] : shape };
  },
  pathOf({ name, shape }) {
    if (!name.startsWith(PREFIX)) return undefined;
    const [channels, one, taps] = shape;
    const isConvolution = CONVOLUTION.test(name) && shape.length === 3 && one === 1;
    return { path: name.slice(PREFIX.length), shape: isConvolution ? [channels!, taps!] : shape };
  },
  // Some uploads hold a copy of the embedding.
  ignored: { "lm_head.weight": "the model's head is its embedding" },
  others: { torch: torchNames, flax: flaxNames },
};
