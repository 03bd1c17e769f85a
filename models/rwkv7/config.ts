/** @file The configuration of an RWKV-7: the only declaration of its fields. Checkpoints are read into it, manifests store it. */
import { z } from "zod";
import { count, languageModelFields, positive } from "../config-fields.js";

/** Everything that makes one RWKV-7 differ from another. */
export const rwkv7ConfigSchema = z.strictObject({
  vocabSize: count,
  /** D, channels of the residual stream. */
  width: count,
  numLayers: count,
  /** Channels of one head. */
  headWidth: count,
  /** Channels inside channel mixing. */
  hidden: count,
  /** Ranks of the low-rank projections: decay w, in-context learning rate a, value mixing v, gate g. */
  decayRank: count,
  rateRank: count,
  valueRank: count,
  gateRank: count,
  normEps: positive,
  normBias: z.boolean(),
  ...languageModelFields,
});

export type Rwkv7Config = Readonly<z.infer<typeof rwkv7ConfigSchema>>;
