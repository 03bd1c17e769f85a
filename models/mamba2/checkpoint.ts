/** @file How checkpoints of a Mamba-2 are stored in the Hugging Face layout: keys of config.json, names of tensors. */
import { z } from "zod";
import type { CheckpointFormat, Problem } from "../../src/model/index.js";
import { count, positive, recurrentFields, recurrentValues, taps, truth } from "../checkpoint-fields.js";
import { namesBehind } from "../checkpoint-names.js";
import { configReader } from "../config-reader.js";
import type { Mamba2Config } from "./config.js";

/** No bound is infinity, which JSON lacks. */
const bound = z.union([
  z.number().positive(),
  z.object({ __float__: z.literal("Infinity") }).transform(() => null),
  z.null(),
]);
const limit = z.tuple(
  [z.number("[least, largest]").nonnegative("[least, largest]"), bound],
  "[least, largest]",
);
/** Without a key, the default of transformers' class holds; null means absent. */
const fields = {
  ...recurrentFields,
  model_type: z.literal("mamba2", '"mamba2"').optional(),
  num_heads: count,
  head_dim: count,
  state_size: count,
  n_groups: count.nullish(),
  expand: positive.nullish(),
  conv_kernel: taps.nullish(),
  use_bias: truth.nullish(),
  use_conv_bias: truth.nullish(),
  hidden_act: z.enum(["silu", "swish"], "silu (the activation the model is defined with)").nullish(),
  layer_norm_epsilon: positive.nullish(),
  residual_in_fp32: truth.nullish(),
  time_step_limit: limit.nullish(),
} as const;

/** The Mamba-2 that the files describe; token ids of generation_config.json win. @throws CheckpointError with all problems */
const configFrom = configReader(fields, (values, problems): Mamba2Config => {
  const config: Mamba2Config = {
    ...recurrentValues(values, { bos: 0, eos: 2, pad: 1 }, problems),
    tiedEmbedding: values.tie_word_embeddings ?? false,
    heads: values.num_heads ?? Number.NaN,
    headWidth: values.head_dim ?? Number.NaN,
    groups: values.n_groups ?? 8,
    stateSize: values.state_size ?? Number.NaN,
    convWidth: values.conv_kernel ?? 4,
    convBias: values.use_conv_bias ?? true,
    bias: values.use_bias ?? false,
    stepLimit: values.time_step_limit ?? [0, null],
    normEps: values.layer_norm_epsilon ?? 1e-5,
    residualInF32: values.residual_in_fp32 ?? true,
  };
  checkSizes(config, values.expand ?? 2, problems);
  return config;
});

/** Comparisons with NaN are written so that a number already complained about is not complained about again. */
function checkSizes({ width, heads, headWidth, groups }: Mamba2Config, expand: number, problems: Problem[]) {
  if (Math.abs(heads * headWidth - expand * width) > 0) {
    const expected = `expand * hidden_size, ${expand * width}`;
    const got = `num_heads * head_dim, ${heads} * ${headWidth} = ${heads * headWidth}`;
    problems.push({ subject: "num_heads", problem: "does not fit the width", expected, got });
  }
  if (heads % groups > 0) {
    const expected = `a divisor of num_heads, ${heads}`;
    problems.push({ subject: "n_groups", problem: "does not divide the heads", expected, got: `${groups}` });
  }
}

export const mamba2Checkpoint: CheckpointFormat<Mamba2Config> = {
  modelTypes: ["mamba2"],
  configFrom,
  ...namesBehind("backbone."),
  formula({ name }) {
    if (name.endsWith("norm.weight") || name.endsWith("norm_f.weight")) return { offset: 1, scale: 0.3 };
    if (name.endsWith(".A_log")) return { offset: 1, scale: 1 };
    if (name.endsWith(".dt_bias")) return { offset: -3, scale: 2 };
    if (name.endsWith(".D")) return { offset: 1, scale: 0.5 };
    return name.endsWith("bias") ? { offset: 0, scale: 0.1 } : undefined;
  },
};
