/** @file Parameter paths of language models <-> names and shapes of their tensors in checkpoints of the Hugging Face layout. */
import type { TensorNames } from "../src/model/index.js";

/** The kernel of a depthwise convolution is stored as [channels, 1, taps]; the models have [channels, taps]. */
const CONVOLUTION = /\bconv_?1d\.weight$/;
const HEAD = "lm_head.weight";

/** Names behind a prefix, but for the output's projection. */
export function namesBehind(prefix: string): TensorNames {
  return {
    // Files of models whose head is their embedding may hold a copy of it.
    ignored: { [HEAD]: "the model's head is its embedding" },
    nameOf({ path, shape }) {
      const [channels, taps] = shape;
      const isConvolution = CONVOLUTION.test(path) && shape.length === 2;
      return {
        name: path === HEAD ? HEAD : prefix + path,
        shape: isConvolution ? [channels!, 1, taps!] : shape,
      };
    },
    pathOf({ name, shape }) {
      if (name === HEAD) return { path: HEAD, shape };
      if (!name.startsWith(prefix)) return undefined;
      const [channels, one, taps] = shape;
      const isConvolution = CONVOLUTION.test(name) && shape.length === 3 && one === 1;
      return { path: name.slice(prefix.length), shape: isConvolution ? [channels!, taps!] : shape };
    },
  };
}
