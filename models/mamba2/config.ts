/** @file The configuration of a Mamba-2: the only declaration of its fields. Checkpoints are read into it, manifests store it. */
import { z } from "zod";
import { count, positive, recurrentFields } from "../config-fields.js";

/** Everything that makes one Mamba-2 differ from another. */
export const mamba2ConfigSchema = z.strictObject({
  ...recurrentFields,
  heads: count,
  /** P, channels of one head. */
  headWidth: count,
  /** Heads of one group share B and C. */
  groups: count,
  /** N, channels of B and C. */
  stateSize: count,
  /** Whether the projections in and out of a layer have biases. */
  bias: z.boolean(),
  convBias: z.boolean(),
  /** Bounds of the step sizes; null is no upper bound. */
  stepLimit: z.tuple([z.number().nonnegative(), positive.nullable()]).readonly(),
  /** Whether the stream between layers is f32, whatever these compute in. */
  residualInF32: z.boolean(),
});

export type Mamba2Config = Readonly<z.infer<typeof mamba2ConfigSchema>>;
