/** @file The configuration of a Griffin: the only declaration of its fields. Checkpoints are read into it, manifests store it. */
import { z } from "zod";
import { count, languageModelFields, positive } from "../config-fields.js";

const blockType = z.enum(["recurrent", "attention"]);

/** The two kinds of temporal mixing. Hawk is recurrent blocks only; Griffin repeats recurrent, recurrent, attention. */
export type BlockType = z.infer<typeof blockType>;

/** Everything that makes one Griffin differ from another (Griffin paper, section 2 and appendix). */
export const griffinConfigSchema = z.strictObject({
  vocabSize: count,
  /** D, channels of the residual stream. */
  width: count,
  /** Channels inside the MLP: 3D in the papers; half of Hugging Face's intermediate_size. */
  mlpExpandedWidth: count,
  /** Query heads, and blocks of the RG-LRU gates; keys and values have one head. */
  numHeads: count,
  /** Channels of the recurrence. */
  lruWidth: count,
  /** One per layer. */
  blockTypes: z.array(blockType).readonly(),
  /** A token sees itself and this many tokens before it. */
  attentionWindowSize: count,
  /** Whether embeddings are multiplied by sqrt(D) on the way in. */
  embeddingsScaleBySqrtDim: z.boolean(),
  /** logits = c tanh(logits / c); 0 turns it off. */
  logitsSoftCap: z.number().nonnegative(),
  conv1dTemporalWidth: z.int().min(2),
  ropeTheta: positive,
  /** The part of each head that is rotated. */
  partialRotaryFactor: z.number().positive().max(1),
  rmsNormEps: positive,
  ...languageModelFields,
});

export type GriffinConfig = Readonly<z.infer<typeof griffinConfigSchema>>;
