/** @file Every griffin op by its meaning: slow, obvious, the oracle the strategies are held against. */
import type { Value } from "../../ir/operation.js";
import type { ModelOpName, OperationOf } from "../../ir/ops/index.js";
import { lowerLocalAttention } from "../attention/lower.js";
import type { Emitter } from "../../ir/emit.js";
import { toOrdered, toStrided } from "../time-layout.js";
import { lowerLinearScan } from "../scan/lower.js";
import { causalConv1d } from "./conv.js";
import { blockDiagonalDot, geluTanh, rgLruGates, rmsNorm, rotary, softplus } from "./pointwise.js";
import { kvCacheUpdate } from "./kv-cache-update.js";

/** The values that stand for an op's results. */
export type Decompose<K extends ModelOpName> = (emitter: Emitter, op: OperationOf<K>) => readonly Value[];

/** A rule for every griffin op: one that lacks it does not compile. */
export const decompositions: { readonly [K in ModelOpName]: Decompose<K> } = {
  "nn.linear_scan": (e, op) => lowerLinearScan(e, op, { strategy: "sequential", unroll: 1 }),
  "nn.local_attention": (e, op) => lowerLocalAttention(e, op, { strategy: "dense" }),
  "griffin.rg_lru_gates": rgLruGates,
  "nn.block_diagonal_dot": blockDiagonalDot,
  "nn.causal_conv1d": causalConv1d,
  "nn.kv_cache_update": kvCacheUpdate,
  "nn.rms_norm": rmsNorm,
  "nn.rotary": rotary,
  "nn.to_strided": (e, { operands: [x], attributes: { axis, factor } }) => [toStrided(e, x!, factor, axis)],
  "nn.to_ordered": (e, { operands: [x], attributes: { axis, factor } }) => [toOrdered(e, x!, factor, axis)],
  "nn.gelu_tanh": geluTanh,
  "nn.softplus": softplus,
};
