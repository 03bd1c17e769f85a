/** @file The configuration of a Llama: the only declaration of its fields. Checkpoints are read into it, manifests store it. */
import { z } from "zod";
import { count, languageModelFields, positive } from "../config-fields.js";

/** How rotary positions reach beyond the context that a model was first trained on; see rope.ts. */
const ropeScaling = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("linear"), factor: positive }),
  z.strictObject({
    type: z.literal("llama3"),
    factor: positive,
    lowFrequencyFactor: positive,
    highFrequencyFactor: positive,
    originalContext: count,
  }),
]);
export type RopeScaling = Readonly<z.infer<typeof ropeScaling>>;

/** Everything that makes one Llama differ from another; Mistral and Qwen2 are Llamas with a window, and with biases. */
export const llamaConfigSchema = z.strictObject({
  vocabSize: count,
  /** D, channels of the residual stream. */
  width: count,
  numLayers: count,
  /** Heads of queries. */
  numHeads: count,
  /** Heads of keys and values, each for as many heads of queries in a row. */
  numKeyValueHeads: count,
  /** Channels of a head. */
  headSize: count,
  /** Channels inside the MLP. */
  mlpWidth: count,
  /** Tokens that a sequence may have: slots of the cache, where there is no window. */
  contextSize: count,
  /** A token sees itself and so many tokens before it; null: all of them. */
  window: count.nullable(),
  ropeTheta: positive,
  ropeScaling: ropeScaling.nullable(),
  rmsNormEps: positive,
  /** Which projections of attention have biases. */
  attentionBias: z.enum(["none", "queries, keys and values", "all"]),
  mlpBias: z.boolean(),
  /** Whether the output's projection is the embedding. */
  tiedEmbedding: z.boolean(),
  ...languageModelFields,
});

export type LlamaConfig = Readonly<z.infer<typeof llamaConfigSchema>>;
