/** @file config.json (and generation_config.json) of a checkpoint, as the configuration of a Gemma 2. */
import { z } from "zod";
import type { ConfigValues, Problem } from "../../src/model/index.js";
import {
  checkTransformerSizes,
  dtypeOf,
  positive,
  transformerFields,
  tokenIds,
} from "../checkpoint-fields.js";
import { configReader } from "../config-reader.js";
import { checkpointRope, checkpointRopeFields } from "../transformer/checkpoint-rope.js";
import { checkpointLayerTypes, checkpointWindow, localLayers } from "../transformer/checkpoint-windows.js";
import type { Gemma2Config } from "./config.js";

const gelu = z.literal("gelu_pytorch_tanh", "gelu_pytorch_tanh (the GeLU the model is defined with)");

const fields = {
  ...transformerFields,
  ...checkpointRopeFields,
  model_type: z.literal("gemma2", '"gemma2"'),
  sliding_window: checkpointWindow.optional(),
  query_pre_attn_scalar: positive.optional(),
  attn_logit_softcapping: positive.nullish(),
  final_logit_softcapping: positive.nullish(),
  hidden_activation: gelu.nullish(),
  layer_types: checkpointLayerTypes,
  attention_bias: z.literal(false, "false (the model has no biases)").nullish(),
  use_bidirectional_attention: z.literal(false, "false (the model is causal)").nullish(),
  tie_word_embeddings: z.literal(true, "true (the model's head is its embedding)").nullish(),
} as const;

type Values = ConfigValues<typeof fields>;

/** The Gemma 2 that the files describe; token ids of generation_config.json win. @throws CheckpointError with all problems */
export const parseGemma2Config = configReader(fields, (values, problems) => {
  const config = resolve(values, problems);
  checkTransformerSizes(config, problems);
  return config;
});

/** Defaults filled in. A number that is wrong or missing becomes NaN. */
function resolve(values: Values, problems: Problem[]): Gemma2Config {
  const heads = values.num_attention_heads ?? Number.NaN;
  // Local and global in turn, the first local, unless the file lists them.
  const local = localLayers(values, (layer) => layer % 2 === 0, problems);
  return {
    vocabSize: values.vocab_size ?? Number.NaN,
    width: values.hidden_size ?? Number.NaN,
    layerTypes: local.map((isLocal) => (isLocal ? "local" : "global")),
    numHeads: heads,
    numKeyValueHeads: values.num_key_value_heads === undefined ? 4 : (values.num_key_value_heads ?? heads),
    headSize: values.head_dim ?? 256,
    mlpWidth: values.intermediate_size ?? Number.NaN,
    contextSize: values.max_position_embeddings ?? Number.NaN,
    window: (values.sliding_window ?? 4096) - 1,
    queryScale: values.query_pre_attn_scalar ?? 256,
    // Null is written for "off"; a file without the key means the class's default.
    scoreSoftCap: values.attn_logit_softcapping === undefined ? 50 : values.attn_logit_softcapping,
    logitsSoftCap: values.final_logit_softcapping === undefined ? 30 : values.final_logit_softcapping,
    ...checkpointRope(values, local.includes(false), problems),
    rmsNormEps: values.rms_norm_eps ?? 1e-6,
    dtype: dtypeOf(values),
    ...tokenIds(values, { bos: 2, eos: 1 }),
  };
}
