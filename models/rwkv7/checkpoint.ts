/** @file How checkpoints of an RWKV-7 are stored in the Hugging Face layout (that of flash-linear-attention): keys of config.json, names of tensors. */
import { z } from "zod";
import {
  CheckpointError,
  type CheckpointFormat,
  type ConfigFiles,
  mergedConfig,
  type Problem,
  readConfigFields,
} from "../../src/model/index.js";
import type { Rwkv7Config } from "./config.js";

const count = z.int("a positive integer").positive("a positive integer");
const tokenId = z.int("a token id").nonnegative("a token id");
const dtype = z
  .enum(["float32", "bfloat16", "float16"], "float32, bfloat16 or float16")
  .transform((name) => (({ float32: "f32", bfloat16: "bf16", float16: "f16" }) as const)[name]);
const layerWidths = z.union([count, z.array(count)], "a positive integer, or one for each layer");

/** Null means absent. */
const fields = {
  model_type: z.enum(["rwkv7", "rwkv7_fla"], '"rwkv7"').optional(),
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: count,
  head_dim: count,
  intermediate_size: count.nullish(),
  hidden_ratio: z.number("a positive number").positive("a positive number").nullish(),
  value_dim: layerWidths.nullish(),
  decay_low_rank_dim: count,
  a_low_rank_dim: count,
  v_low_rank_dim: count,
  gate_low_rank_dim: count,
  hidden_act: z.literal("sqrelu", "sqrelu (the activation the model is defined with)").nullish(),
  norm_first: z.literal(true, "true (the embedding is normalised)").nullish(),
  norm_bias: z.boolean("true or false").nullish(),
  norm_eps: z.number("a positive number").positive("a positive number").nullish(),
  attn: z.null("null (layers of attention are another model)").optional(),
  tie_word_embeddings: z.literal(false, "false (the model has a head of its own)").nullish(),
  dtype: dtype.nullish(),
  torch_dtype: dtype.nullish(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)], "a token id or an array of them").nullish(),
  pad_token_id: tokenId.nullish(),
} as const;

/** The RWKV-7 that the files describe. @throws CheckpointError with all problems */
function configFrom(files: ConfigFiles): Rwkv7Config {
  const problems: Problem[] = [];
  const v = readConfigFields(mergedConfig(files), fields, problems);
  const width = v.hidden_size ?? Number.NaN;
  const config: Rwkv7Config = {
    vocabSize: v.vocab_size ?? Number.NaN,
    width,
    layers: v.num_hidden_layers ?? Number.NaN,
    headWidth: v.head_dim ?? Number.NaN,
    hidden: v.intermediate_size ?? 32 * Math.ceil(((v.hidden_ratio ?? 4) * width) / 32),
    decayRank: v.decay_low_rank_dim ?? Number.NaN,
    rateRank: v.a_low_rank_dim ?? Number.NaN,
    valueRank: v.v_low_rank_dim ?? Number.NaN,
    gateRank: v.gate_low_rank_dim ?? Number.NaN,
    normEpsilon: v.norm_eps ?? 1e-5,
    normBias: v.norm_bias ?? true,
    dtype: v.dtype ?? v.torch_dtype ?? "f32",
    bosId: v.bos_token_id ?? 1,
    eosIds: v.eos_token_id === null ? [] : [v.eos_token_id ?? 2].flat(),
    padId: v.pad_token_id ?? 0,
  };
  if (width % config.headWidth > 0) {
    const expected = `a multiple of head_dim, ${config.headWidth}`;
    problems.push({ subject: "hidden_size", problem: "heads do not divide it", expected, got: `${width}` });
  }
  const values = [v.value_dim ?? []].flat().find((size) => Math.abs(size - width) > 0);
  if (values !== undefined) {
    const problem = "values wider or narrower than the model are not supported";
    problems.push({ subject: "value_dim", problem, expected: `hidden_size, ${width}`, got: `${values}` });
  }
  if (problems.length > 0) throw new CheckpointError(files.where, problems);
  return config;
}

const PREFIX = "model.";
const HEAD = "lm_head.weight";
/** How much time mixing takes of the token before is stored as [1, 1, channels]. */
const SHARES = /\battn\.x_[rwkvag]$/;

export const rwkv7Checkpoint: CheckpointFormat<Rwkv7Config> = {
  modelTypes: ["rwkv7", "rwkv7_fla"],
  configFrom,
  nameOf: ({ path, shape }) => ({
    name: path === HEAD ? path : PREFIX + path,
    shape: SHARES.test(path) ? [1, 1, ...shape] : shape,
  }),
  pathOf({ name, shape }) {
    if (name !== HEAD && !name.startsWith(PREFIX)) return undefined;
    const path = name === HEAD ? name : name.slice(PREFIX.length);
    return { path, shape: SHARES.test(name) && shape.length === 3 ? shape.slice(2) : shape };
  },
  formula({ name }) {
    if (name.endsWith("norm.weight")) return { offset: 1, scale: 0.3 };
    if (/\.x_[rwkvag]$/.test(name)) return { offset: 0.5, scale: 0.5 };
    if (/\.k_[ka]$/.test(name)) return { offset: 0.8, scale: 0.3 };
    return name.endsWith("bias") ? { offset: 0, scale: 0.5 } : undefined;
  },
};
