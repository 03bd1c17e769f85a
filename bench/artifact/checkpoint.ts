/** @file A checkpoint on disk, as people have them: for benchmarks of what reads one. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GriffinConfig } from "../../models/griffin.js";
import { type ComputeDType, type TensorData, writeSafetensors } from "../../src/weights/index.js";
import { benchCheckpoint } from "../griffin88m.js";

const WORDS: Readonly<Record<ComputeDType, string>> = { f32: "float32", bf16: "bfloat16", f16: "float16" };

/** config.json of a configuration, in the Hugging Face layout. */
export const configJson = (config: GriffinConfig, dtype: ComputeDType): string =>
  JSON.stringify({
    model_type: "recurrent_gemma",
    vocab_size: config.vocabSize,
    hidden_size: config.width,
    intermediate_size: 2 * config.mlpExpandedWidth,
    num_hidden_layers: config.blockTypes.length,
    num_attention_heads: config.numHeads,
    num_key_value_heads: 1,
    lru_width: config.lruWidth,
    layers_block_type: config.blockTypes,
    attention_window_size: config.attentionWindowSize,
    conv1d_width: config.conv1dTemporalWidth,
    logits_soft_cap: config.logitsSoftCap,
    embeddings_scale_by_sqrt_dim: config.embeddingsScaleBySqrtDim,
    rms_norm_eps: config.rmsNormEps,
    rope_theta: config.ropeTheta,
    partial_rotary_factor: config.partialRotaryFactor,
    torch_dtype: WORDS[dtype],
  });

/** Writes config.json and model.safetensors with weights by formula into a folder, which is made. */
export async function writeCheckpoint(
  folder: string,
  config: GriffinConfig,
  dtype: ComputeDType,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await using checkpoint = benchCheckpoint(config, dtype);
  const tensors: Record<string, TensorData> = {};
  for (const [name, tensor] of checkpoint.tensors) {
    tensors[name] = { dtype: tensor.dtype, shape: tensor.shape, data: await tensor.read() };
  }
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
  await writeFile(join(folder, "config.json"), configJson(config, dtype));
}
