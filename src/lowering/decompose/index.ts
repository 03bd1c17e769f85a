/** @file Every griffin op by its meaning: slow, obvious, the oracle the strategies are held against. */
import type { Value } from "../../ir/operation.js";
import type { GriffinName, OperationOf } from "../../ir/ops/index.js";
import { lowerLocalAttention } from "../attention/lower.js";
import type { Emitter } from "../emit.js";
import { lowerLinearScan } from "../scan/lower.js";
import { causalConv1d } from "./conv.js";
import { blockDiagonalDot, geluTanh, rgLruGates, rmsNorm, rotary, softplus } from "./pointwise.js";
import { ringUpdate } from "./ring.js";

/** The values that stand for an op's results. */
export type Decompose<K extends GriffinName> = (emitter: Emitter, op: OperationOf<K>) => readonly Value[];

/** A rule for every griffin op: one that lacks it does not compile. */
export const decompositions: { readonly [K in GriffinName]: Decompose<K> } = {
  "griffin.linear_scan": (e, op) => lowerLinearScan(e, op, { strategy: "sequential", unroll: 1 }),
  "griffin.local_attention": (e, op) => lowerLocalAttention(e, op, { strategy: "dense" }),
  "griffin.rg_lru_gates": rgLruGates,
  "griffin.block_diagonal_dot": blockDiagonalDot,
  "griffin.causal_conv1d": causalConv1d,
  "griffin.ring_update": ringUpdate,
  "griffin.rms_norm": rmsNorm,
  "griffin.rotary": rotary,
  "griffin.gelu_tanh": geluTanh,
  "griffin.softplus": softplus,
};
