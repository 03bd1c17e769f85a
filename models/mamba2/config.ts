/** @file The configuration of a Mamba-2: the only declaration of its fields. Checkpoints are read into it, manifests store it. */
import { z } from "zod";

const count = z.int().positive();
const tokenId = z.int().nonnegative();

/** Everything that makes one Mamba-2 differ from another. */
export const mamba2ConfigSchema = z.strictObject({
  vocabSize: count,
  /** D, channels of the residual stream. */
  width: count,
  layers: count,
  heads: count,
  /** P, channels of one head. */
  headWidth: count,
  /** Heads of one group share B and C. */
  groups: count,
  /** N, channels of B and C. */
  stateSize: count,
  /** Taps of the convolution. */
  convolution: z.int().min(2),
  convolutionBias: z.boolean(),
  /** Whether the projections in and out of a layer have biases. */
  bias: z.boolean(),
  /** Bounds of the step sizes; null is no upper bound. */
  stepLimit: z.tuple([z.number().nonnegative(), z.number().positive().nullable()]).readonly(),
  normEpsilon: z.number().positive(),
  /** Whether the stream between layers is f32, whatever these compute in. */
  residualInF32: z.boolean(),
  /** Whether the projection to logits is the embedding. */
  tiedHead: z.boolean(),
  /** The dtype that the checkpoint was made for. */
  dtype: z.enum(["f32", "bf16", "f16"]),
  bosId: tokenId,
  /** Generation stops at any of these. */
  eosIds: z.array(tokenId).readonly(),
  padId: tokenId,
});

export type Mamba2Config = Readonly<z.infer<typeof mamba2ConfigSchema>>;
