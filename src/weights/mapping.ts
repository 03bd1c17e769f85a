/**
 * @file Parameter paths of the model <-> Hugging Face tensor names and shapes (spec/reference-model.md
 * section 5.1).
 */

/**
 * A parameter as the model sees it: its path, e.g. `layers.3.temporal_block.q_proj.weight`, and its shape.
 */
export interface Parameter {
  readonly path: string;
  readonly shape: readonly number[];
}

const PREFIX = "model.";

/**
 * Hugging Face keeps the kernel of a depthwise convolution as [channels, 1, taps]; the model as [channels,
 * taps].
 */
const CONVOLUTION = /\bconv_1d\.weight$/;

/** A copy of the embedding that some uploads hold; the model's head is its embedding. */
export const TIED_HEAD = "lm_head.weight";

/** The tensor that holds a parameter: same bytes, maybe another shape. */
export function toHuggingFace({ path, shape }: Parameter): { name: string; shape: readonly number[] } {
  const [channels, taps] = shape;
  const isConvolution = CONVOLUTION.test(path) && shape.length === 2;
  return { name: PREFIX + path, shape: isConvolution ? [channels!, 1, taps!] : shape };
}

/** The parameter that a tensor holds, or undefined when its name is not one of the model's. */
export function fromHuggingFace(name: string, shape: readonly number[]): Parameter | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const [channels, one, taps] = shape;
  const isConvolution = CONVOLUTION.test(name) && shape.length === 3 && one === 1;
  return { path: name.slice(PREFIX.length), shape: isConvolution ? [channels!, taps!] : shape };
}
