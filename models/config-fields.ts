/** @file Fields of the configurations of recurrent language models that they share. */
import { z } from "zod";

export const count = z.int().positive();
const tokenId = z.int().nonnegative();

export const sharedConfig = {
  vocabSize: count,
  /** D, channels of the residual stream. */
  width: count,
  numLayers: count,
  convWidth: z.int().min(2),
  normEps: z.number().positive(),
  /** Whether the embedding is also the output's projection. */
  tiedEmbedding: z.boolean(),
  /** The dtype that the checkpoint was made for. */
  dtype: z.enum(["f32", "bf16", "f16"]),
  /** Stands in front of every prompt. */
  bosId: tokenId,
  /** Generation stops at any of these. */
  eosIds: z.array(tokenId).readonly(),
  padId: tokenId,
} as const;
