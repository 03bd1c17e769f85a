/** @file What a Griffin's parameters are before any training: the distributions of the reference. */
import { type InitialNumber, normalNumber, type Parameter, sameNumber } from "../../src/model/index.js";
import type { GriffinConfig } from "./config.js";

/** Squares of the least and the largest decay of an RG-LRU whose gate is open, a^c (Griffin paper, section 2.4). */
const [LEAST, LARGEST] = [0.9 ** 2, 0.999 ** 2];

/** L such that the decay exp(-softplus(L)) lies evenly by area between two radii. */
const decayParameter: InitialNumber = (uniform) => {
  const logA = 0.5 * Math.log(uniform() * (LARGEST - LEAST) + LEAST + 1e-8);
  return Math.log(Math.expm1(-logA));
};

/** Last products of a residual branch are made smaller by the number of layers, so that their sum does not grow with it. */
const ENDS_BRANCH = /\b(?:down_proj|linear_out|o_proj)\.weight$/;

/**
 * A normal distribution of variance scale / n, n as the reference counts what goes into a number: the width that a matrix reads, the taps of
 * a convolution, all channels for a matrix of gates, and both halves for those that go up in an MLP. Biases and scales of norms are 0.
 */
export function griffinInitial(
  { blockTypes, lruWidth, conv1dTemporalWidth }: GriffinConfig,
  { path, shape }: Parameter,
): InitialNumber {
  const normal = (scale: number, n: number) => normalNumber(Math.sqrt(scale / n));
  if (path.endsWith(".recurrent_param")) return decayParameter;
  if (path.endsWith("bias") || path.endsWith("norm.weight")) return sameNumber(0);
  if (path.endsWith("_gate_weight")) return normal(1, lruWidth);
  if (path.endsWith("conv_1d.weight")) return normal(0.01, conv1dTemporalWidth);
  const reads = shape.at(-1)!;
  if (/\b(?:gate_proj|up_proj)\.weight$/.test(path)) return normal(1, 2 * reads);
  return normal(ENDS_BRANCH.test(path) ? 2 / blockTypes.length : 1, reads);
}
