/** @file The configuration of a minGRU: the only declaration of its fields. Checkpoints are read into it, manifests store it. */
import { z } from "zod";
import { count, sharedConfig } from "../recurrent/config.js";

export const minGruConfigSchema = z.strictObject({
  ...sharedConfig,
  /** Channels of the recurrence. */
  hiddenWidth: count,
  mlpWidth: count,
});

export type MinGruConfig = Readonly<z.infer<typeof minGruConfigSchema>>;
