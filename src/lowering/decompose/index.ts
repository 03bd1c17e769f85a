/**
 * @file Every model op by its meaning: slow and obvious, written for reading alone. Fast forms, which may build on it, never the other way
 * round, lie beside this folder and become rules of targets; they are tested against it.
 */
import type { Value } from "../../ir/operation.js";
import type { ModelOpName, OperationOf } from "../../ir/ops/index.js";
import type { Emitter } from "../../ir/emit.js";
import { toOrdered, toStrided } from "../time-layout.js";
import { causalConv1d, causalConv1dGradient } from "./causal-conv1d.js";
import { blockDiagonalDot, geluTanh, rgLruGates, rmsNorm, rotary, softplus } from "./pointwise.js";
import { kvCacheUpdate } from "./kv-cache-update.js";
import { linearScan } from "./linear-scan.js";
import { attention } from "./attention.js";
import { matrixStates } from "./matrix-states.js";
import { selectiveScan } from "./selective-scan.js";
import { shiftRows } from "./shift-rows.js";

/** The values that stand for an op's results. */
export type Decompose<K extends ModelOpName> = (emitter: Emitter, op: OperationOf<K>) => readonly Value[];

/** A rule for every model op: one that lacks it does not compile. */
export const decompositions: { readonly [K in ModelOpName]: Decompose<K> } = {
  "nn.linear_scan": linearScan,
  "nn.selective_scan": selectiveScan,
  "nn.attention": attention,
  "nn.linear_attention": matrixStates,
  "nn.delta_rule": matrixStates,
  "griffin.rg_lru_gates": rgLruGates,
  "nn.block_diagonal_dot": blockDiagonalDot,
  "nn.causal_conv1d": causalConv1d,
  "nn.causal_conv1d_gradient": causalConv1dGradient,
  "nn.kv_cache_update": kvCacheUpdate,
  "nn.rms_norm": rmsNorm,
  "nn.rotary": rotary,
  "nn.to_strided": (e, { operands: [x], attributes: { axis, factor } }) => [toStrided(e, x!, factor, axis)],
  "nn.to_ordered": (e, { operands: [x], attributes: { axis, factor } }) => [toOrdered(e, x!, factor, axis)],
  "nn.shift_rows": shiftRows,
  "nn.gelu_tanh": geluTanh,
  "nn.softplus": softplus,
};
