/**
 * @file config.json (and generation_config.json) of a checkpoint, as the configuration of a Griffin.
 */
import type { Problem } from "../../src/model/index.js";
import { checkTokenIds, tokenIds } from "../checkpoint-fields.js";
import { configReader } from "../config-reader.js";
import { type CheckpointValues, checkpointFields } from "./checkpoint-fields.js";
import type { BlockType, GriffinConfig } from "./config.js";

/**
 * The Griffin that the files describe, keys of all versions understood; token ids of generation_config.json win.
 * @throws CheckpointError with all problems
 */
export const parseCheckpointConfig = configReader(checkpointFields, (values, problems): GriffinConfig => {
  const config = resolve(values, problems);
  checkWidths(config, values, problems);
  return config;
});

/**
 * Defaults filled in and several names for one thing made one. A number that is wrong or missing becomes NaN.
 */
function resolve(values: CheckpointValues, problems: Problem[]): GriffinConfig {
  const agreed = <T>(candidates: Readonly<Record<string, T | null | undefined>>): T | undefined => {
    const given = Object.entries(candidates).filter(([, value]) => value !== undefined && value !== null);
    const [first, ...others] = given;
    for (const [key, value] of others) {
      if (value === first![1]) continue;
      const expected = `${first![0]}, ${JSON.stringify(first![1])}`;
      problems.push({
        subject: key,
        problem: "contradicts its other name",
        expected,
        got: JSON.stringify(value),
      });
    }
    return first?.[1] ?? undefined;
  };
  const { rope_parameters: rope } = values;
  return {
    vocabSize: values.vocab_size ?? Number.NaN,
    width: values.hidden_size ?? Number.NaN,
    mlpExpandedWidth: (values.intermediate_size ?? Number.NaN) / 2,
    numHeads: values.num_attention_heads ?? Number.NaN,
    lruWidth: values.lru_width ?? values.hidden_size ?? Number.NaN,
    blockTypes: resolveBlocks(values, problems),
    attentionWindowSize:
      agreed({
        attention_window_size: values.attention_window_size,
        sliding_window: values.sliding_window,
      }) ?? 2048,
    embeddingsScaleBySqrtDim: values.embeddings_scale_by_sqrt_dim ?? true,
    // Null is written for "off"; a file without the key means the class's default.
    logitsSoftCap: values.logits_soft_cap === undefined ? 30 : (values.logits_soft_cap ?? 0),
    conv1dTemporalWidth: values.conv1d_width ?? 4,
    ropeTheta:
      agreed({ rope_theta: values.rope_theta, "rope_parameters.rope_theta": rope?.rope_theta }) ?? 10_000,
    partialRotaryFactor:
      agreed({
        partial_rotary_factor: values.partial_rotary_factor,
        "rope_parameters.partial_rotary_factor": rope?.partial_rotary_factor,
      }) ?? 0.5,
    rmsNormEps: values.rms_norm_eps ?? 1e-6,
    dtype: agreed({ dtype: values.dtype, torch_dtype: values.torch_dtype }) ?? "f32",
    ...tokenIds(values, { bos: 2, eos: 1 }),
  };
}

/** A pattern is repeated and cut to the number of layers; a list of all layers must have their number. */
function resolveBlocks(values: CheckpointValues, problems: Problem[]): readonly BlockType[] {
  const layers = values.num_hidden_layers ?? 0;
  const { layers_block_type, layer_types } = values;
  const pattern =
    values.block_types ?? values._block_types ?? (["recurrent", "recurrent", "attention"] as const);
  let blockTypes = Array.from({ length: layers }, (_, layer) => pattern[layer % pattern.length]!);
  for (const [subject, list] of Object.entries({ layers_block_type, layer_types })) {
    if (list === undefined || list === null) continue;
    blockTypes = [...list];
    if (list.length === layers || layers === 0) continue;
    const expected = `${layers} (num_hidden_layers)`;
    problems.push({ subject, problem: "wrong number of layers", expected, got: `${list.length}` });
  }
  return blockTypes;
}

/**
 * Comparisons with NaN are written so that a number already complained about is not complained about again.
 */
function checkWidths(config: GriffinConfig, values: CheckpointValues, problems: Problem[]): void {
  const { width, numHeads, lruWidth } = config;
  const headDim = width / numHeads;
  const report = (subject: string, problem: string, expected: string, got: number, hint?: string) =>
    problems.push({ subject, problem, expected, got: `${got}`, hint });

  if (width % numHeads > 0) {
    report("hidden_size", "heads do not divide it", `a multiple of num_attention_heads, ${numHeads}`, width);
  } else {
    const rotary = headDim * config.partialRotaryFactor;
    if (!Number.isNaN(rotary) && (rotary < 2 || rotary % 2 > 0)) {
      const got = `${headDim} * ${config.partialRotaryFactor} = ${rotary}`;
      const expected = "an even number of rotated channels a head";
      problems.push({
        subject: "partial_rotary_factor",
        problem: "cannot rotate channels in pairs",
        expected,
        got,
      });
    }
    if (values.head_dim && Math.abs(values.head_dim - headDim) > 0) {
      report("head_dim", "is not the width of a head", `hidden_size / heads, ${headDim}`, values.head_dim);
    }
  }
  if (lruWidth % numHeads > 0) {
    report("lru_width", "heads do not divide it", `a multiple of num_attention_heads, ${numHeads}`, lruWidth);
  }
  if (config.mlpExpandedWidth % 1 > 0) {
    const expected = "an even number: twice the width inside the MLP";
    report("intermediate_size", "is odd", expected, config.mlpExpandedWidth * 2);
  }
  const keyValueHeads = values.num_key_value_heads ?? numHeads;
  if (Math.abs(keyValueHeads - 1) > 0) {
    const problem = "only one head of keys and values is supported";
    const hint = "every published checkpoint says 1; without the key Hugging Face means one a query head";
    report("num_key_value_heads", problem, "1", keyValueHeads, hint);
  }
  checkTokenIds(config, problems);
}
