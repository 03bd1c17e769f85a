/** @file Parameter paths of an RWKV-7 <-> names and shapes of its tensors in the state dict that its authors publish (`.pth`). */
import type { TensorNames } from "../../src/model/index.js";
import { type PublishedName, publishedNames } from "../published-names.js";

const both = (ours: string, theirs: string): readonly PublishedName[] =>
  ["weight", "bias"].map((part) => ({ ours: `${ours}.${part}`, theirs: `${theirs}.${part}` }));

/** Stored as [1, 1, channels]. */
const channels = (ours: string, theirs: string): PublishedName => ({ ours, theirs, ones: 2 });

/** x A and then B, as matrices [in, out], with what is added. */
const lowRank = (letter: string): readonly PublishedName[] => [
  { ours: `attn.${letter}_lora.lora.0.weight`, theirs: `att.${letter}1`, view: { transposed: true } },
  { ours: `attn.${letter}_lora.lora.2.weight`, theirs: `att.${letter}2`, view: { transposed: true } },
  channels(`attn.${letter}_lora.lora.2.bias`, `att.${letter}0`),
];

/** The published state dict (`RWKV-x070-*.pth`). */
const rows: readonly PublishedName[] = [
  { ours: "embeddings.weight", theirs: "emb.weight" },
  { ours: "lm_head.weight", theirs: "head.weight" },
  ...both("norm", "ln_out"),
  ...both("pre_norm", "ln0"),
  ...both("attn_norm", "ln1"),
  ...both("ffn_norm", "ln2"),
  ...both("attn.g_norm", "att.ln_x"),
  ...["r", "w", "k", "v", "a", "g"].map((letter) => channels(`attn.x_${letter}`, `att.x_${letter}`)),
  ...["k_k", "k_a"].map((name) => channels(`attn.${name}`, `att.${name}`)),
  { ours: "attn.r_k", theirs: "att.r_k" },
  ...["w", "a", "v", "g"].flatMap(lowRank),
  { ours: "attn.r_proj.weight", theirs: "att.receptance.weight" },
  { ours: "attn.k_proj.weight", theirs: "att.key.weight" },
  { ours: "attn.v_proj.weight", theirs: "att.value.weight" },
  { ours: "attn.o_proj.weight", theirs: "att.output.weight" },
  channels("ffn.x_k", "ffn.x_k"),
  { ours: "ffn.key.weight", theirs: "ffn.key.weight" },
  { ours: "ffn.value.weight", theirs: "ffn.value.weight" },
];

const unmixed = "the first layer's values are mixed with no others";

export const rwkv7TorchNames: TensorNames = {
  ...publishedNames(rows),
  ignored: Object.fromEntries(["v0", "v1", "v2"].map((name) => [`blocks.0.att.${name}`, unmixed])),
};
