/** @file How checkpoints of a Llama are stored: keys of config.json, names of tensors. */
import { z } from "zod";
import {
  CheckpointError,
  type CheckpointFormat,
  mergedConfig,
  type Problem,
  readConfigFields,
} from "../../../src/model/index.js";
import type { LlamaConfig } from "./llama-config.js";

const size = z.int("a positive integer").positive("a positive integer");
const positive = z.number("a positive number").positive("a positive number");
const token = z.int("a token id").nonnegative("a token id");

const fields = {
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size,
  intermediate_size: size,
  max_position_embeddings: size,
  rope_theta: positive,
  rms_norm_eps: positive,
  bos_token_id: token,
  eos_token_id: token,
};

/** Our names and the checkpoint's; those of a block stand behind `block.N.` and `model.layers.N.`. */
const NAMES: readonly (readonly [string, string])[] = [
  ["embedding", "model.embed_tokens.weight"],
  ["norm", "model.norm.weight"],
  ["head", "lm_head.weight"],
  ["mix_norm", "input_layernorm.weight"],
  ["query", "self_attn.q_proj.weight"],
  ["key", "self_attn.k_proj.weight"],
  ["value", "self_attn.v_proj.weight"],
  ["out", "self_attn.o_proj.weight"],
  ["mlp_norm", "post_attention_layernorm.weight"],
  ["gate", "mlp.gate_proj.weight"],
  ["up", "mlp.up_proj.weight"],
  ["down", "mlp.down_proj.weight"],
];
const ours = new Map(NAMES.map(([path, name]) => [path, name]));
const theirs = new Map(NAMES.map(([path, name]) => [name, path]));

export const llamaCheckpoint: CheckpointFormat<LlamaConfig> = {
  modelTypes: ["llama"],
  configFrom(files) {
    const problems: Problem[] = [];
    const v = readConfigFields(mergedConfig(files), fields, problems);
    if (problems.length > 0) throw new CheckpointError(files.where, problems);
    return {
      words: v.vocab_size!,
      width: v.hidden_size!,
      depth: v.num_hidden_layers!,
      queryHeads: v.num_attention_heads!,
      keyHeads: v.num_key_value_heads!,
      inner: v.intermediate_size!,
      context: v.max_position_embeddings!,
      theta: v.rope_theta!,
      epsilon: v.rms_norm_eps!,
      begin: v.bos_token_id!,
      end: v.eos_token_id!,
    };
  },
  nameOf({ path, shape }) {
    const [, layer, leaf = path] = /^block\.(\d+)\.(.*)$/.exec(path) ?? [];
    return { name: `${layer === undefined ? "" : `model.layers.${layer}.`}${ours.get(leaf)!}`, shape };
  },
  pathOf({ name, shape }) {
    const [, layer, leaf = name] = /^model\.layers\.(\d+)\.(.*)$/.exec(name) ?? [];
    const path = theirs.get(leaf);
    return path === undefined
      ? undefined
      : { path: `${layer === undefined ? "" : `block.${layer}.`}${path}`, shape };
  },
  formula: ({ name }) => (name.includes("norm.") ? { offset: 1, scale: 0.3 } : undefined),
};
