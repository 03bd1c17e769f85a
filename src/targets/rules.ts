/** @file Rules by which a target lowers model ops: a typed table over their names, and the rules that targets share. */
import type { Emitter } from "../ir/emit.js";
import { shapeOf } from "../ir/emit.js";
import type { Value } from "../ir/operation.js";
import type { ModelOpName, OperationOf } from "../ir/ops/index.js";
import { elementCount } from "../ir/types.js";
import { type AttentionChoice, lowerAttention } from "../lowering/attention/lower.js";
import { type AttentionForm, plainForm } from "../lowering/attention/attention.js";
import { stridedConv1d } from "../lowering/conv/strided.js";
import { growingUpdate } from "../lowering/kv-cache/growing.js";
import { rollingUpdate } from "../lowering/kv-cache/rolling.js";
import type { MatrixStateOp } from "../lowering/decompose/matrix-states.js";
import { hasHeadDecays, lowerMatrixStates, type MatrixStateChoice } from "../lowering/matrix-states/lower.js";
import { lowerLinearScan, type ScanChoice } from "../lowering/scan/lower.js";
import { lowerSelectiveScan } from "../lowering/selective-scan/lower.js";

/** One way to lower an op. */
export interface LoweringRule<K extends ModelOpName> {
  /** What people call it: `banded`. */
  readonly name: string;
  /**
   * The values that stand for the op's results, emitted before it; undefined where the meaning is as good. Anything of StableHLO may be
   * emitted, `stablehlo.custom_call` of a kernel included. Ops that use the op are lowered already, those that it uses are not yet.
   */
  lower(emitter: Emitter, op: OperationOf<K>): readonly Value[] | undefined;
}

/** A rule, or none, for every model op. */
export type LoweringRules = { readonly [K in ModelOpName]?: LoweringRule<K> };

/** nn.linear_scan by a strategy, whatever the number of steps. */
export const scanRule = (choice: ScanChoice): LoweringRule<"nn.linear_scan"> => ({
  name: choice.strategy,
  lower: (e, op) => lowerLinearScan(e, op, choice),
});

/** nn.selective_scan by a strategy. */
export const selectiveScanRule = (choice: ScanChoice): LoweringRule<"nn.selective_scan"> => ({
  name: choice.strategy,
  lower: (e, op) => lowerSelectiveScan(e, op, choice),
});

/** nn.attention by a strategy. */
export const attentionRule = (
  choice: AttentionChoice,
  form: AttentionForm = plainForm,
): LoweringRule<"nn.attention"> => ({
  name: choice.strategy,
  lower: (e, op) => lowerAttention(e, op, choice, form),
});

/** nn.linear_attention and nn.delta_rule by a strategy. @param headDecays for linear attention with one decay a token and head; as the others unless said */
export function matrixStateRules(choice: MatrixStateChoice, headDecays = choice) {
  const rule = {
    name: [...new Set([choice.strategy, headDecays.strategy])].join(" or "),
    lower: (e: Emitter, op: MatrixStateOp) =>
      lowerMatrixStates(e, op, hasHeadDecays(op) ? headDecays : choice),
  };
  return { "nn.linear_attention": rule, "nn.delta_rule": rule } satisfies LoweringRules;
}

/** Rules that are better than the meaning wherever there is memory to move. */
export const commonRules: LoweringRules = {
  "nn.causal_conv1d": { name: "strided", lower: stridedConv1d },
  "nn.kv_cache_update": {
    name: "in place",
    lower: (e, op) => growingUpdate(e, op) ?? rollingUpdate(e, op),
  },
};

/** A rule for ops whose first operand has at least so many rows, [.., columns]. */
export const fromRows = <K extends ModelOpName>(least: number, rule: LoweringRule<K>): LoweringRule<K> => ({
  name: rule.name,
  lower(e, op) {
    const [first] = (op as { readonly operands: readonly Value[] }).operands;
    const rows = first === undefined ? 0 : elementCount(shapeOf(first).slice(0, -1));
    return rows < least ? undefined : rule.lower(e, op);
  },
});
