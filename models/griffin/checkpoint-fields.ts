/** @file The keys of a config.json that matter to a Griffin, each with what it must be. */
import { z } from "zod";
import type { ConfigValues } from "../../src/model/index.js";
import {
  count,
  dtype,
  layerCount,
  MOST_LAYERS,
  positive,
  taps,
  tokenId,
  truth,
} from "../checkpoint-fields.js";
import type { BlockType } from "./config.js";

const fraction = z.number("a number in (0, 1]").positive("a number in (0, 1]").max(1, "a number in (0, 1]");

const BLOCK_WORDS: ReadonlyMap<string, BlockType> = new Map([
  ["recurrent", "recurrent"],
  ["attention", "attention"],
  ["linear_attention", "recurrent"],
  ["sliding_attention", "attention"],
]);
const blockWords = `an array of ${[...BLOCK_WORDS.keys()].join(", ")}`;
const blocks = z
  .array(z.string(blockWords), blockWords)
  .nonempty(blockWords)
  .max(MOST_LAYERS, `at most ${MOST_LAYERS} of them`)
  .refine((words) => words.every((word) => BLOCK_WORDS.has(word)), blockWords)
  .transform((words) => words.map((word) => BLOCK_WORDS.get(word)!));

const ropeParameters = z.looseObject(
  {
    rope_type: z.literal("default", 'rope_type "default"').optional(),
    rope_theta: positive.optional(),
    partial_rotary_factor: fraction.optional(),
  },
  "an object",
);

const activation = z.literal("gelu_pytorch_tanh", "gelu_pytorch_tanh (the GeLU the model is defined with)");

/**
 * One schema a key; a schema's message says what the key must be. Keys of all versions: `_block_types` and
 * `block_types` (a pattern) and `layers_block_type`, `layer_types` (one a layer), `sliding_window`, rope keys
 * apart and together, `dtype` and `torch_dtype`. Null means absent, as in Python.
 */
export const checkpointFields = {
  model_type: z.literal("recurrent_gemma", '"recurrent_gemma"').optional(),
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  lru_width: count.nullish(),
  block_types: blocks.nullish(),
  _block_types: blocks.nullish(),
  layers_block_type: blocks.nullish(),
  layer_types: blocks.nullish(),
  attention_window_size: count.nullish(),
  sliding_window: count.nullish(),
  conv1d_width: taps.nullish(),
  logits_soft_cap: z.number("a number >= 0 (0: off)").nonnegative("a number >= 0 (0: off)").nullish(),
  embeddings_scale_by_sqrt_dim: truth.nullish(),
  hidden_activation: activation.nullish(),
  hidden_act: activation.nullish(),
  rms_norm_eps: positive.nullish(),
  rope_theta: positive.nullish(),
  partial_rotary_factor: fraction.nullish(),
  rope_parameters: ropeParameters.nullish(),
  rope_scaling: z.null("null (the model's positions are not scaled)").optional(),
  attention_bias: z.literal(false, "false (the model has no biases on q, k, v)").nullish(),
  tie_word_embeddings: z.literal(true, "true (the model's head is its embedding)").nullish(),
  torch_dtype: dtype.nullish(),
  dtype: dtype.nullish(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)], "a token id or an array of them").nullish(),
  pad_token_id: tokenId.nullish(),
} as const;

/** What the keys hold; a key that is missing or wrong is undefined. */
export type CheckpointValues = ConfigValues<typeof checkpointFields>;
