/** @file The configuration of a Gemma 2: the only declaration of its fields. Checkpoints are read into it, manifests store it. */
import { z } from "zod";
import { count, languageModelFields, positive } from "../config-fields.js";
import { ropeFields } from "../transformer/rope.js";

/** Everything that makes one Gemma 2 differ from another (arXiv 2408.00118, table 1). */
export const gemma2ConfigSchema = z.strictObject({
  vocabSize: count,
  /** D, channels of the residual stream. */
  width: count,
  /** One per layer: attention to a window of tokens, or to all. */
  layerTypes: z.array(z.enum(["local", "global"])).readonly(),
  /** Heads of queries. */
  numHeads: count,
  /** Heads of keys and values, each for as many heads of queries in a row. */
  numKeyValueHeads: count,
  /** Channels of a head. */
  headSize: count,
  /** Channels inside the MLP. */
  mlpWidth: count,
  /** Tokens that a sequence may have: slots of the caches of global layers. */
  contextSize: count,
  /** In local layers a token sees itself and so many tokens before it. */
  window: count,
  /** Scores are multiplied by its inverse root. */
  queryScale: positive,
  /** Scores become c tanh(score / c); null: they stay. */
  scoreSoftCap: positive.nullable(),
  /** Logits become c tanh(logit / c); null: they stay. */
  logitsSoftCap: positive.nullable(),
  ...ropeFields,
  rmsNormEps: positive,
  ...languageModelFields,
});

export type Gemma2Config = Readonly<z.infer<typeof gemma2ConfigSchema>>;
