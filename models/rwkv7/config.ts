/** @file The configuration of an RWKV-7: the only declaration of its fields. Checkpoints are read into it, manifests store it. */
import { z } from "zod";

const count = z.int().positive();
const tokenId = z.int().nonnegative();

/** Everything that makes one RWKV-7 differ from another. */
export const rwkv7ConfigSchema = z.strictObject({
  vocabSize: count,
  /** D, channels of the residual stream. */
  width: count,
  layers: count,
  /** Channels of one head. */
  headWidth: count,
  /** Channels inside channel mixing. */
  hidden: count,
  /** Ranks of the low-rank projections: decay w, in-context learning rate a, value mixing v, gate g. */
  decayRank: count,
  rateRank: count,
  valueRank: count,
  gateRank: count,
  normEpsilon: z.number().positive(),
  normBias: z.boolean(),
  /** The dtype that the checkpoint was made for. */
  dtype: z.enum(["f32", "bf16", "f16"]),
  bosId: tokenId,
  /** Generation stops at any of these. */
  eosIds: z.array(tokenId).readonly(),
  padId: tokenId,
});

export type Rwkv7Config = Readonly<z.infer<typeof rwkv7ConfigSchema>>;
