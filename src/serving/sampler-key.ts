/** @file Which program draws tokens on the device: what it takes, gives and keeps is called so. */
import type { SamplingParts } from "../tokens/index.js";

/** The static part of drawing: the program has no other parts. */
export interface SamplerKey extends SamplingParts {
  readonly batch: number;
  /** Whether it takes which tokens each row may have. */
  readonly allowed: boolean;
  /** Best tokens that it tells the logarithms of the probabilities of, beside the drawn one's; undefined: none, nor the drawn one's. */
  readonly logprobs: number | undefined;
}
