/** @file The configuration of a Mamba: the only declaration of its fields. Checkpoints are read into it, manifests store it. */
import { z } from "zod";
import { count, recurrentFields } from "../config-fields.js";

export const mambaConfigSchema = z.strictObject({
  ...recurrentFields,
  /** E D, channels inside a block. */
  innerWidth: count,
  /** N, numbers of state a channel. */
  stateSize: count,
  /** Of the projection that gives delta. */
  timeStepRank: count,
  /** Whether the projections into and out of a block have biases. */
  bias: z.boolean(),
  convBias: z.boolean(),
  /** Whether the residual stream is f32 in whatever the model computes. */
  residualInF32: z.boolean(),
});

export type MambaConfig = Readonly<z.infer<typeof mambaConfigSchema>>;
