/** @file How checkpoints of an RWKV-7 are stored: keys of config.json, and names of tensors in the Hugging Face layout (that of flash-linear-attention). */
import { z } from "zod";
import type { CheckpointFormat } from "../../src/model/index.js";
import { count, positive, recurrentFields, recurrentValues, truth } from "../checkpoint-fields.js";
import { namesBehind } from "../checkpoint-names.js";
import { configReader } from "../config-reader.js";
import type { Rwkv7Config } from "./config.js";
import { rwkv7TorchNames } from "./published-names.js";

const layerWidths = z.union([count, z.array(count)], "a positive integer, or one for each layer");

/** Null means absent. */
const fields = {
  ...recurrentFields,
  model_type: z.enum(["rwkv7", "rwkv7_fla"], '"rwkv7"').optional(),
  head_dim: count,
  intermediate_size: count.nullish(),
  hidden_ratio: positive.nullish(),
  value_dim: layerWidths.nullish(),
  decay_low_rank_dim: count,
  a_low_rank_dim: count,
  v_low_rank_dim: count,
  gate_low_rank_dim: count,
  hidden_act: z.literal("sqrelu", "sqrelu (the activation the model is defined with)").nullish(),
  norm_first: z.literal(true, "true (the embedding is normalised)").nullish(),
  norm_bias: truth.nullish(),
  norm_eps: positive.nullish(),
  attn: z.null("null (layers of attention are another model)").optional(),
  tie_word_embeddings: z.literal(false, "false (the model has a head of its own)").nullish(),
} as const;

/** The RWKV-7 that the files describe; token ids of generation_config.json win. @throws CheckpointError with all problems */
const configFrom = configReader(fields, (given, problems): Rwkv7Config => {
  const shared = recurrentValues(given, { bos: 1, eos: 2 }, problems);
  const { width } = shared;
  const config: Rwkv7Config = {
    ...shared,
    headWidth: given.head_dim ?? Number.NaN,
    hidden: given.intermediate_size ?? 32 * Math.ceil(((given.hidden_ratio ?? 4) * width) / 32),
    decayRank: given.decay_low_rank_dim ?? Number.NaN,
    rateRank: given.a_low_rank_dim ?? Number.NaN,
    valueRank: given.v_low_rank_dim ?? Number.NaN,
    gateRank: given.gate_low_rank_dim ?? Number.NaN,
    normEps: given.norm_eps ?? 1e-5,
    normBias: given.norm_bias ?? true,
  };
  if (width % config.headWidth > 0) {
    const expected = `a multiple of head_dim, ${config.headWidth}`;
    problems.push({ subject: "hidden_size", problem: "heads do not divide it", expected, got: `${width}` });
  }
  const values = [given.value_dim ?? []].flat().find((size) => Math.abs(size - width) > 0);
  if (values !== undefined) {
    const problem = "values wider or narrower than the model are not supported";
    problems.push({ subject: "value_dim", problem, expected: `hidden_size, ${width}`, got: `${values}` });
  }
  return config;
});

const names = namesBehind("model.");
/** How much time mixing takes of the token before is stored as [1, 1, channels]. */
const SHARES = /\battn\.x_[rwkvag]$/;

export const rwkv7Checkpoint: CheckpointFormat<Rwkv7Config> = {
  modelTypes: ["rwkv7", "rwkv7_fla"],
  configFrom,
  nameOf(parameter) {
    const { name, shape } = names.nameOf(parameter);
    return { name, shape: SHARES.test(name) ? [1, 1, ...shape] : shape };
  },
  pathOf(tensor) {
    const parameter = names.pathOf(tensor);
    if (parameter === undefined) return undefined;
    const { path, shape } = parameter;
    return { path, shape: SHARES.test(path) && shape.length === 3 ? shape.slice(2) : shape };
  },
  others: { torch: rwkv7TorchNames },
  formula({ name }) {
    if (name.endsWith("norm.weight")) return { offset: 1, scale: 0.3 };
    if (/\.x_[rwkvag]$/.test(name)) return { offset: 0.5, scale: 0.5 };
    if (/\.k_[ka]$/.test(name)) return { offset: 0.8, scale: 0.3 };
    return name.endsWith("bias") ? { offset: 0, scale: 0.5 } : undefined;
  },
};
