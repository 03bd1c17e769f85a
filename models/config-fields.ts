/** @file Fields that configurations of language models share, so that one thing has one name in all of them. */
import { z } from "zod";
import { computeDTypes } from "../src/model/index.js";

export const count = z.int().positive();
export const positive = z.number().positive();
const tokenId = z.int().nonnegative();

/** The dtype of the weights, and the tokens that generation knows: of every language model. */
export const languageModelFields = {
  /** The dtype that the checkpoint was made for. */
  dtype: z.enum(computeDTypes),
  /** Stands in front of every prompt. */
  bosId: tokenId,
  /** Generation stops at any of these. */
  eosIds: z.array(tokenId).readonly(),
  padId: tokenId,
} as const;

/** Of recurrent models with a short convolution in each layer. */
export const recurrentFields = {
  vocabSize: count,
  /** D, channels of the residual stream. */
  width: count,
  numLayers: count,
  /** Taps of the convolution. */
  convWidth: z.int().min(2),
  normEps: positive,
  /** Whether the embedding is also the output's projection. */
  tiedEmbedding: z.boolean(),
  ...languageModelFields,
} as const;
