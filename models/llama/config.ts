/** @file The configuration of a Llama: the only declaration of its fields. Checkpoints are read into it, manifests store it. */
import { z } from "zod";
import { count, languageModelFields, positive } from "../config-fields.js";
import { ropeFields } from "../transformer/rope.js";

/** Everything that makes one Llama differ from another; Mistral and Qwen2 are Llamas with windows, and with biases. */
export const llamaConfigSchema = z.strictObject({
  vocabSize: count,
  /** D, channels of the residual stream. */
  width: count,
  /** One per layer: a token sees itself and so many tokens before it; null: all of them. */
  windows: z.array(count.nullable()).min(1).readonly(),
  /** Heads of queries. */
  numHeads: count,
  /** Heads of keys and values, each for as many heads of queries in a row. */
  numKeyValueHeads: count,
  /** Channels of a head. */
  headSize: count,
  /** Channels inside the MLP. */
  mlpWidth: count,
  /** Tokens that a sequence may have: slots of the caches of layers without a window. */
  contextSize: count,
  ...ropeFields,
  rmsNormEps: positive,
  /** Which projections of attention have biases. */
  attentionBias: z.enum(["none", "queries, keys and values", "all"]),
  mlpBias: z.boolean(),
  /** Whether the output's projection is the embedding. */
  tiedEmbedding: z.boolean(),
  ...languageModelFields,
});

export type LlamaConfig = Readonly<z.infer<typeof llamaConfigSchema>>;
