/** @file How checkpoints of a Mamba-2 are stored in the Hugging Face layout: keys of config.json, names of tensors. */
import { z } from "zod";
import {
  CheckpointError,
  type CheckpointFormat,
  type ConfigFiles,
  mergedConfig,
  type Problem,
  readConfigFields,
} from "../../src/model/index.js";
import type { Mamba2Config } from "./config.js";

const count = z.int("a positive integer").positive("a positive integer");
const tokenId = z.int("a token id").nonnegative("a token id");
const flag = z.boolean("true or false");
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
const dtype = z
  .enum(["float32", "bfloat16", "float16"], "float32, bfloat16 or float16")
  .transform((name) => (({ float32: "f32", bfloat16: "bf16", float16: "f16" }) as const)[name]);

/** Without a key, the default of transformers' class holds; null means absent. */
const fields = {
  model_type: z.literal("mamba2", '"mamba2"').optional(),
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: count,
  num_heads: count,
  head_dim: count,
  state_size: count,
  n_groups: count.nullish(),
  expand: z.number("a positive number").positive("a positive number").nullish(),
  conv_kernel: z.int("an integer of at least 2").min(2, "an integer of at least 2").nullish(),
  use_bias: flag.nullish(),
  use_conv_bias: flag.nullish(),
  hidden_act: z.enum(["silu", "swish"], "silu (the activation the model is defined with)").nullish(),
  layer_norm_epsilon: z.number("a positive number").positive("a positive number").nullish(),
  residual_in_fp32: flag.nullish(),
  time_step_limit: limit.nullish(),
  tie_word_embeddings: flag.nullish(),
  dtype: dtype.nullish(),
  torch_dtype: dtype.nullish(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)], "a token id or an array of them").nullish(),
  pad_token_id: tokenId.nullish(),
} as const;

/** The Mamba-2 that the files describe. @throws CheckpointError with all problems */
function configFrom(files: ConfigFiles): Mamba2Config {
  const problems: Problem[] = [];
  const v = readConfigFields(mergedConfig(files), fields, problems);
  const [least, most] = v.time_step_limit ?? [0, null];
  const config: Mamba2Config = {
    vocabSize: v.vocab_size ?? Number.NaN,
    width: v.hidden_size ?? Number.NaN,
    layers: v.num_hidden_layers ?? Number.NaN,
    heads: v.num_heads ?? Number.NaN,
    headWidth: v.head_dim ?? Number.NaN,
    groups: v.n_groups ?? 8,
    stateSize: v.state_size ?? Number.NaN,
    convolution: v.conv_kernel ?? 4,
    convolutionBias: v.use_conv_bias ?? true,
    bias: v.use_bias ?? false,
    stepLimit: [least, most],
    normEpsilon: v.layer_norm_epsilon ?? 1e-5,
    residualInF32: v.residual_in_fp32 ?? true,
    tiedHead: v.tie_word_embeddings ?? false,
    dtype: v.dtype ?? v.torch_dtype ?? "f32",
    bosId: v.bos_token_id ?? 0,
    eosIds: v.eos_token_id === null ? [] : [v.eos_token_id ?? 2].flat(),
    padId: v.pad_token_id ?? 1,
  };
  checkSizes(config, v.expand ?? 2, problems);
  if (problems.length > 0) throw new CheckpointError(files.where, problems);
  return config;
}

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

const PREFIX = "backbone.";
const HEAD = "lm_head.weight";
/** The kernel of a depthwise convolution is stored as [channels, 1, taps]; the model has [channels, taps]. */
const CONVOLUTION = /\bconv1d\.weight$/;

export const mamba2Checkpoint: CheckpointFormat<Mamba2Config> = {
  modelTypes: ["mamba2"],
  configFrom,
  nameOf({ path, shape }) {
    const name = path === HEAD ? path : PREFIX + path;
    const [channels, taps] = shape;
    return { name, shape: CONVOLUTION.test(path) ? [channels!, 1, taps!] : shape };
  },
  pathOf({ name, shape }) {
    if (name !== HEAD && !name.startsWith(PREFIX)) return undefined;
    const [channels, , taps] = shape;
    const path = name === HEAD ? name : name.slice(PREFIX.length);
    return { path, shape: CONVOLUTION.test(name) && shape.length === 3 ? [channels!, taps!] : shape };
  },
  formula({ name }) {
    if (name.endsWith("norm.weight") || name.endsWith("norm_f.weight")) return { offset: 1, scale: 0.3 };
    if (name.endsWith(".A_log")) return { offset: 1, scale: 1 };
    if (name.endsWith(".dt_bias")) return { offset: -3, scale: 2 };
    if (name.endsWith(".D")) return { offset: 1, scale: 0.5 };
    return name.endsWith("bias") ? { offset: 0, scale: 0.1 } : undefined;
  },
};
