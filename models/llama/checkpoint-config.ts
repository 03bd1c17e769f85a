/** @file config.json (and generation_config.json) of a checkpoint, as the configuration of a Llama; also Mistral's and Qwen2's. */
import { z } from "zod";
import type { ConfigValues, Problem } from "../../src/model/index.js";
import { checkTransformerSizes, dtypeOf, tokenIds, transformerFields, truth } from "../checkpoint-fields.js";
import { configReader } from "../config-reader.js";
import { checkpointRope, checkpointRopeFields } from "../transformer/checkpoint-rope.js";
import { checkpointLayerTypes, checkpointWindow, localLayers } from "../transformer/checkpoint-windows.js";
import type { LlamaConfig } from "./config.js";

const fields = {
  ...transformerFields,
  ...checkpointRopeFields,
  model_type: z.enum(["llama", "mistral", "qwen2"], "llama, mistral or qwen2"),
  hidden_act: z.literal("silu", "silu (the gate the model is defined with)").nullish(),
  attention_bias: truth.nullish(),
  mlp_bias: truth.nullish(),
  sliding_window: checkpointWindow.nullish(),
  use_sliding_window: truth.nullish(),
  max_window_layers: z.int("an integer of at least 0").min(0, "an integer of at least 0").nullish(),
  layer_types: checkpointLayerTypes,
  tie_word_embeddings: truth.nullish(),
} as const;

type Values = ConfigValues<typeof fields>;

/** What transformers' classes have where a file has no key; heads of keys and values without a number are as many as those of queries. */
const OWN = {
  llama: { bos: 1, eos: 2, keyValueHeads: undefined },
  mistral: { bos: 1, eos: 2, keyValueHeads: 8 },
  qwen2: { bos: 151_643, eos: 151_645, keyValueHeads: 32 },
} as const;
const OWN_WINDOW = 4096;
const OWN_WHOLE_LAYERS = 28;

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
  const windows = windowsOf(values, problems);
  return {
    vocabSize: values.vocab_size ?? Number.NaN,
    width,
    windows,
    numHeads: heads,
    numKeyValueHeads: keyValueHeads ?? heads,
    headSize: values.head_dim ?? width / heads,
    mlpWidth: values.intermediate_size ?? Number.NaN,
    contextSize: values.max_position_embeddings ?? Number.NaN,
    ...checkpointRope(values, windows.includes(null), problems),
    rmsNormEps: values.rms_norm_eps ?? 1e-6,
    attentionBias: biasOf(values),
    mlpBias: values.mlp_bias ?? false,
    tiedEmbedding: values.tie_word_embeddings ?? false,
    dtype: dtypeOf(values),
    ...tokenIds(values, OWN[type]),
  };
}

/** Mistral's layers all have the window; Qwen2's, where it is used at all, those that are listed, else those behind the first few. */
function windowsOf(values: Values, problems: Problem[]): LlamaConfig["windows"] {
  const { model_type: type = "llama", sliding_window: given = OWN_WINDOW, max_window_layers: whole } = values;
  const isQwen = type === "qwen2";
  const window = type === "mistral" || (isQwen && values.use_sliding_window === true) ? given : null;
  const firstLocal = isQwen ? (whole ?? OWN_WHOLE_LAYERS) : 0;
  const local = localLayers(values, (layer) => window !== null && layer >= firstLocal, problems);
  const foreign = local.find((isLocal) => (isLocal ? window === null : window !== null && !isQwen));
  if (foreign !== undefined) {
    problems.push({
      subject: "layer_types",
      problem: foreign
        ? "lists a window that the model does not use"
        : "lists layers without the model's window",
      expected: foreign ? "full_attention for all layers" : "sliding_attention for all layers",
      got: foreign ? "sliding_attention" : "full_attention",
    });
  }
  return local.map((isLocal) => (isLocal ? (window ?? Number.NaN) - 1 : null));
}

function biasOf({ model_type: type, attention_bias: bias }: Values): LlamaConfig["attentionBias"] {
  if (type === "qwen2") return "queries, keys and values";
  return bias === true ? "all" : "none";
}
