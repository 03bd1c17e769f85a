/** @file config.json (and generation_config.json) of a checkpoint, as the configuration of a minGRU; its keys are those of similar models. */
import { z } from "zod";
import { count, positive, recurrentFields, recurrentValues, taps } from "../checkpoint-fields.js";
import { configReader } from "../config-reader.js";
import type { MinGruConfig } from "./config.js";

const fields = {
  ...recurrentFields,
  model_type: z.literal("mingru", '"mingru"'),
  expansion_factor: positive.nullish(),
  intermediate_size: count,
  conv_kernel: taps.nullish(),
  rms_norm_eps: positive.nullish(),
} as const;

/** The minGRU that the files describe; token ids of generation_config.json win. @throws CheckpointError with all problems */
export const parseMinGruConfig = configReader(fields, (values, problems): MinGruConfig => {
  const shared = recurrentValues(values, { bos: 0, eos: 0 }, problems);
  return {
    ...shared,
    tiedEmbedding: values.tie_word_embeddings ?? true,
    hiddenWidth: Math.trunc((values.expansion_factor ?? 1) * shared.width),
    mlpWidth: values.intermediate_size ?? Number.NaN,
    convWidth: values.conv_kernel ?? 4,
    normEps: values.rms_norm_eps ?? 1e-6,
  };
});
