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
import type { Gemma2Config } from "./config.js";

const gelu = z.literal("gelu_pytorch_tanh", "gelu_pytorch_tanh (the GeLU the model is defined with)");
const window = "an integer of at least 2";
const layerWords = "an array of sliding_attention, full_attention";

const fields = {
  ...transformerFields,
  model_type: z.literal("gemma2", '"gemma2"'),
  // Hugging Face counts a token in its own window.
  sliding_window: z.int(window).min(2, window),
  query_pre_attn_scalar: positive,
  attn_logit_softcapping: positive.nullish(),
  final_logit_softcapping: positive.nullish(),
  hidden_activation: gelu.nullish(),
  layer_types: z.array(z.enum(["sliding_attention", "full_attention"], layerWords), layerWords).nullish(),
  rope_parameters: z
    .looseObject(
      { rope_type: z.literal("default", 'rope_type "default"').optional(), rope_theta: positive.optional() },
      "an object",
    )
    .nullish(),
  rope_scaling: z.null("null (the model's positions are not scaled)").optional(),
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
  return {
    vocabSize: values.vocab_size ?? Number.NaN,
    width: values.hidden_size ?? Number.NaN,
    layerTypes: layersOf(values, problems),
    numHeads: heads,
    numKeyValueHeads: values.num_key_value_heads === undefined ? 4 : (values.num_key_value_heads ?? heads),
    headSize: values.head_dim ?? 256,
    mlpWidth: values.intermediate_size ?? Number.NaN,
    contextSize: values.max_position_embeddings ?? Number.NaN,
    window: (values.sliding_window ?? Number.NaN) - 1,
    queryScale: values.query_pre_attn_scalar ?? Number.NaN,
    // Null is written for "off"; a file without the key means the class's default.
    scoreSoftCap: values.attn_logit_softcapping === undefined ? 50 : values.attn_logit_softcapping,
    logitsSoftCap: values.final_logit_softcapping === undefined ? 30 : values.final_logit_softcapping,
    ropeTheta: values.rope_parameters?.rope_theta ?? values.rope_theta ?? 10_000,
    rmsNormEps: values.rms_norm_eps ?? 1e-6,
    dtype: dtypeOf(values),
    ...tokenIds(values, { bos: 2, eos: 1 }),
  };
}

/** Local and global in turn, the first local, unless the file lists them. */
function layersOf({ num_hidden_layers: layers = 0, layer_types: types }: Values, problems: Problem[]) {
  if (types === undefined || types === null)
    return Array.from({ length: layers }, (_, i) => (i % 2 === 0 ? ("local" as const) : ("global" as const)));
  if (types.length !== layers && layers > 0) {
    problems.push({
      subject: "layer_types",
      problem: "wrong number of layers",
      expected: `${layers} (num_hidden_layers)`,
      got: `${types.length}`,
    });
  }
  return types.map((type) => (type === "sliding_attention" ? ("local" as const) : ("global" as const)));
}
