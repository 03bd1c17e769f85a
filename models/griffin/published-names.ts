/** @file Parameter paths of a Griffin <-> names and shapes of its tensors in the checkpoints of its authors: PyTorch's and Flax's. */
import type { TensorNames } from "../../src/model/index.js";
import { type PublishedName, publishedNames } from "../published-names.js";

const GATE = { at: 0 } as const;
const UP = { at: 1 } as const;

const shared: readonly PublishedName[] = [
  { ours: "embed_tokens.weight", theirs: "embedder.input_embedding", view: { padded: true } },
  { ours: "final_norm.weight", theirs: "final_norm.scale" },
  { ours: "temporal_pre_norm.weight", theirs: "temporal_pre_norm.scale" },
  { ours: "channel_pre_norm.weight", theirs: "channel_pre_norm.scale" },
  { ours: "mlp_block.gate_proj.weight", theirs: "mlp_block.ffw_up.w", view: { ...GATE, transposed: true } },
  { ours: "mlp_block.up_proj.weight", theirs: "mlp_block.ffw_up.w", view: { ...UP, transposed: true } },
  { ours: "mlp_block.gate_proj.bias", theirs: "mlp_block.ffw_up.b", view: GATE, ones: 2 },
  { ours: "mlp_block.up_proj.bias", theirs: "mlp_block.ffw_up.b", view: UP, ones: 2 },
  { ours: "mlp_block.down_proj.bias", theirs: "mlp_block.ffw_down.bias" },
  { ours: "temporal_block.linear_x.bias", theirs: "recurrent_block.linear_x.bias" },
  { ours: "temporal_block.linear_y.bias", theirs: "recurrent_block.linear_y.bias" },
  { ours: "temporal_block.linear_out.bias", theirs: "recurrent_block.linear_out.bias" },
  {
    ours: "temporal_block.conv_1d.weight",
    theirs: "recurrent_block.conv_1d.w",
    view: { transposed: true },
  },
  { ours: "temporal_block.conv_1d.bias", theirs: "recurrent_block.conv_1d.b" },
  { ours: "temporal_block.rg_lru.recurrent_param", theirs: "recurrent_block.rg_lru.a_param" },
  { ours: "temporal_block.rg_lru.input_gate_weight", theirs: "recurrent_block.rg_lru.input_gate.w" },
  { ours: "temporal_block.rg_lru.input_gate_bias", theirs: "recurrent_block.rg_lru.input_gate.b" },
  { ours: "temporal_block.rg_lru.recurrent_gate_weight", theirs: "recurrent_block.rg_lru.a_gate.w" },
  { ours: "temporal_block.rg_lru.recurrent_gate_bias", theirs: "recurrent_block.rg_lru.a_gate.b" },
  { ours: "temporal_block.o_proj.bias", theirs: "attention_block.proj_final.bias" },
];

/** Linear layers, whose matrices Flax calls kernels and stores as [in, out]. */
const linear: readonly (readonly [string, string])[] = [
  ["mlp_block.down_proj", "mlp_block.ffw_down"],
  ["temporal_block.linear_x", "recurrent_block.linear_x"],
  ["temporal_block.linear_y", "recurrent_block.linear_y"],
  ["temporal_block.linear_out", "recurrent_block.linear_out"],
  ["temporal_block.q_proj", "attention_block.proj_q"],
  ["temporal_block.k_proj", "attention_block.proj_k"],
  ["temporal_block.v_proj", "attention_block.proj_v"],
  ["temporal_block.o_proj", "attention_block.proj_final"],
];

/** The published state dict (`2b.pt`): matrices of linear layers are [out, in]. */
export const torchNames: TensorNames = publishedNames([
  ...shared,
  ...linear.map(([ours, theirs]) => ({ ours: `${ours}.weight`, theirs: `${theirs}.weight` })),
]);

/** The published tree of Flax, its keys joined by dots. */
export const flaxNames: TensorNames = publishedNames([
  ...shared,
  ...linear.map(([ours, theirs]) => ({
    ours: `${ours}.weight`,
    theirs: `${theirs}.kernel`,
    view: { transposed: true },
  })),
]);
