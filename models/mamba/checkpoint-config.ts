/** @file config.json (and generation_config.json) of a checkpoint, as the configuration of a Mamba. */
import { z } from "zod";
import { count, positive, recurrentFields, recurrentValues, taps, truth } from "../checkpoint-fields.js";
import { configReader } from "../config-reader.js";
import type { MambaConfig } from "./config.js";

const rank = z.union([count, z.literal("auto")], '"auto" or a positive integer');

const fields = {
  ...recurrentFields,
  model_type: z.literal("mamba", '"mamba"').optional(),
  state_size: count.nullish(),
  expand: positive.nullish(),
  intermediate_size: count.nullish(),
  conv_kernel: taps.nullish(),
  time_step_rank: rank.nullish(),
  layer_norm_epsilon: positive.nullish(),
  use_bias: truth.nullish(),
  use_conv_bias: truth.nullish(),
  residual_in_fp32: truth.nullish(),
  hidden_act: z.literal("silu", "silu (the gate the model is defined with)").nullish(),
} as const;

/** The Mamba that the files describe; token ids of generation_config.json win. @throws CheckpointError with all problems */
export const parseMambaConfig = configReader(fields, (values, problems): MambaConfig => {
  const shared = recurrentValues(values, { bos: 0, eos: 0 }, problems);
  const innerWidth = Math.trunc((values.expand ?? 2) * shared.width);
  const { intermediate_size: given } = values;
  if (given !== undefined && given !== null && Math.abs(given - innerWidth) > 0) {
    const expected = `expand times hidden_size, ${innerWidth}`;
    problems.push({
      subject: "intermediate_size",
      problem: "is not the width of a block",
      expected,
      got: `${given}`,
    });
  }
  const { time_step_rank: asked } = values;
  return {
    ...shared,
    tiedEmbedding: values.tie_word_embeddings ?? true,
    innerWidth,
    stateSize: values.state_size ?? 16,
    timeStepRank: typeof asked === "number" ? asked : Math.ceil(shared.width / 16),
    convWidth: values.conv_kernel ?? 4,
    normEps: values.layer_norm_epsilon ?? 1e-5,
    bias: values.use_bias ?? false,
    convBias: values.use_conv_bias ?? true,
    residualInF32: values.residual_in_fp32 ?? true,
  };
});
