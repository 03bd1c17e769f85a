/** @file config.json (and generation_config.json) of a checkpoint, as the configuration of a Llama; also Mistral's and Qwen2's. */
import { z } from "zod";
import type { ConfigValues, Problem } from "../../src/model/index.js";
import {
  checkTransformerSizes,
  count,
  dtypeOf,
  positive,
  tokenIds,
  transformerFields,
  truth,
} from "../checkpoint-fields.js";
import { configReader } from "../config-reader.js";
import type { LlamaConfig, RopeScaling } from "./config.js";

/** `rope_parameters` of new files; `rope_scaling`, in old ones, is the same without the base. */
const rope = z.looseObject(
  {
    rope_type: z.string("a name").optional(),
    type: z.string("a name").optional(),
    rope_theta: positive.optional(),
    factor: positive.optional(),
    low_freq_factor: positive.optional(),
    high_freq_factor: positive.optional(),
    original_max_position_embeddings: count.optional(),
  },
  "an object",
);

const fields = {
  ...transformerFields,
  model_type: z.enum(["llama", "mistral", "qwen2"], "llama, mistral or qwen2"),
  hidden_act: z.literal("silu", "silu (the gate the model is defined with)").nullish(),
  rope_parameters: rope.nullish(),
  rope_scaling: rope.nullish(),
  attention_bias: truth.nullish(),
  mlp_bias: truth.nullish(),
  use_sliding_window: z
    .literal(false, "false (a window in some of the layers only is not supported)")
    .nullish(),
  tie_word_embeddings: truth.nullish(),
} as const;

type Values = ConfigValues<typeof fields>;

/** What transformers' classes have where a file has no key; heads of keys and values without a number are as many as those of queries. */
const OWN = {
  llama: { bos: 1, eos: 2, keyValueHeads: undefined },
  mistral: { bos: 1, eos: 2, keyValueHeads: 8, window: 4096 },
  qwen2: { bos: 151_643, eos: 151_645, keyValueHeads: 32 },
} as const;

/** The Llama that the files describe; token ids of generation_config.json win. @throws CheckpointError with all problems */
export const parseLlamaConfig = configReader(fields, (values, problems) => {
  const config = resolve(values, problems);
  checkTransformerSizes(config, problems);
  return config;
});

/** Defaults filled in. A number that is wrong or missing becomes NaN. */
function resolve(values: Values, problems: Problem[]): LlamaConfig {
  const {
    model_type: type = "llama",
    hidden_size: width = Number.NaN,
    num_attention_heads: heads = Number.NaN,
    num_key_value_heads: keyValueHeads = OWN[type].keyValueHeads,
  } = values;
  const { rope_parameters: parameters, rope_scaling: scaling } = values;
  return {
    vocabSize: values.vocab_size ?? Number.NaN,
    width,
    numLayers: values.num_hidden_layers ?? Number.NaN,
    numHeads: heads,
    numKeyValueHeads: keyValueHeads ?? heads,
    headSize: values.head_dim ?? width / heads,
    mlpWidth: values.intermediate_size ?? Number.NaN,
    contextSize: values.max_position_embeddings ?? Number.NaN,
    window: windowOf(values, problems),
    ropeTheta: parameters?.rope_theta ?? values.rope_theta ?? 10_000,
    ropeScaling: scalingOf(parameters ?? scaling ?? {}, problems),
    rmsNormEps: values.rms_norm_eps ?? 1e-6,
    attentionBias: biasOf(values),
    mlpBias: values.mlp_bias ?? false,
    tiedEmbedding: values.tie_word_embeddings ?? false,
    dtype: dtypeOf(values),
    ...tokenIds(values, OWN[type]),
  };
}

/** Qwen2 has biases whatever its file says, and a window in none of its layers; Hugging Face counts a token in its own window. */
function windowOf(
  { model_type: type, sliding_window: window = OWN.mistral.window }: Values,
  problems: Problem[],
): number | null {
  if (type !== "mistral" || window === null) return null;
  if (window > 1) return window - 1;
  problems.push({
    subject: "sliding_window",
    problem: "is a token alone",
    expected: "2 or more",
    got: `${window}`,
  });
  return null;
}

function biasOf({ model_type: type, attention_bias: bias }: Values): LlamaConfig["attentionBias"] {
  if (type === "qwen2") return "queries, keys and values";
  return bias === true ? "all" : "none";
}

function scalingOf(given: z.output<typeof rope>, problems: Problem[]): RopeScaling | null {
  const type = given.rope_type ?? given.type ?? "default";
  const { factor, low_freq_factor, high_freq_factor, original_max_position_embeddings: original } = given;
  if (type === "default") return null;
  if (type === "linear" && factor !== undefined) return { type, factor };
  const [low, high] = [low_freq_factor, high_freq_factor];
  const whole = [factor, low, high, original].every((value) => value !== undefined);
  if (type === "llama3" && whole && low! < high!) {
    return {
      type,
      factor: factor!,
      lowFrequencyFactor: low!,
      highFrequencyFactor: high!,
      originalContext: original!,
    };
  }
  problems.push({
    subject: "rope_scaling",
    problem: "unusable value",
    expected:
      "rope_type default, linear (with factor) or llama3 (with factor, low_freq_factor below high_freq_factor, original_max_position_embeddings)",
    got: JSON.stringify(given),
  });
  return null;
}
