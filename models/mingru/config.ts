/** @file The configuration of a minGRU: the only declaration of its fields. Checkpoints are read into it, manifests store it. */
import { z } from "zod";
import { count, recurrentFields } from "../config-fields.js";

export const minGruConfigSchema = z.strictObject({
  ...recurrentFields,
  /** Channels of the recurrence. */
  hiddenWidth: count,
  mlpWidth: count,
});

export type MinGruConfig = Readonly<z.infer<typeof minGruConfigSchema>>;
