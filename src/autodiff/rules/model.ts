/** @file Rules of the nn and griffin dialects: fused like the forward ops where that matters, else by what the op means. */
import type { ModelOpName, OperationOf } from "../../ir/ops/index.js";
import type { Operation, Value } from "../../ir/operation.js";
import { isOp } from "../../ir/ops/index.js";
import { elementCount } from "../../ir/types.js";
import { Builder } from "../../ir/builder.js";
import { Emitter, shapeOf } from "../../ir/emit.js";
import { replaceAllUses } from "../../ir/rewriter.js";
import { lowerAttention } from "../../lowering/attention/lower.js";
import { hasHeadDecays, recomputedMatrixStates } from "../../lowering/matrix-states/lower.js";
import type { AroundChunk } from "../../lowering/matrix-states/by-chunk.js";
import type { MatrixStateOp } from "../../lowering/decompose/matrix-states.js";
import { markRematerialised } from "../marks.js";
import { replayMeaning } from "../meaning.js";
import { type Differentiability, differentiable, differentiableCode, type Rules } from "../rule.js";
import { convGradient } from "./causal-conv1d.js";
import { rgLruGatesGradient } from "./gates.js";
import { scanGradient } from "./linear-scan.js";
import { chunkedGradient } from "./matrix-states/gradient.js";
import { reducerOf } from "../../ir/ops/reducer.js";
import { selectiveScanGradient } from "./selective-scan.js";

const byMeaning: Differentiability<ModelOpName> = differentiableCode((walk, op, cotangents) => {
  replayMeaning(walk, op as OperationOf<ModelOpName> & Operation, cotangents);
});

/** By chunks: what is held of all tokens is the state before each chunk, and of decays of channels and the delta rule little beside it. */
const byChunks: Differentiability<MatrixStateOp["name"]> = differentiableCode((walk, op, cotangents) => {
  const [y, last] = op.results as readonly Value[] as [Value, Value];
  if (shapeOf(y)[2]! < 2 || elementCount(shapeOf(last)) === 0) {
    replayMeaning(walk, op as MatrixStateOp & Operation, cotangents);
    return;
  }
  if (!hasHeadDecays(op)) {
    chunkedGradient(walk, op as MatrixStateOp & Operation, cotangents);
    return;
  }
  const around: AroundChunk = (e, emit) => {
    const { block } = e.builder;
    const last = block.last;
    const made = emit();
    const operations: Operation[] = [];
    for (let at = block.last; at !== last; at = at!.previous) operations.unshift(at!);
    markRematerialised(operations, { id: walk.functions.nextMark(), kept: "nothing" });
    return made;
  };
  // In the place of the op, whose values are those of the same loop then.
  const before = op.previous;
  const values = recomputedMatrixStates(new Emitter(Builder.before(op)), op, around);
  const added: Operation[] = [];
  for (let at = op.previous; at !== before; at = at!.previous) added.unshift(at!);
  walk.activity.mark(added);
  values.forEach((value, i) => {
    const cotangent = cotangents[i];
    replaceAllUses(op.results[i]!, value);
    if (cotangent !== undefined) walk.give(value, () => cotangent);
  });
  walk.walk(added);
});

/** The largest score is subtracted from all of a softmax, which changes nothing; so neither does its gradient. */
const isLargestScore = (operation: Operation): boolean =>
  isOp(operation, "stablehlo.reduce") && reducerOf(operation.regions[0]!.entry, 0, 1) === "maximum";

export const modelRules: Rules<ModelOpName> = {
  "griffin.rg_lru_gates": differentiable(rgLruGatesGradient),
  "nn.block_diagonal_dot": byMeaning,
  "nn.causal_conv1d": differentiableCode(convGradient),
  "nn.causal_conv1d_gradient": byMeaning,
  "nn.delta_rule": byChunks,
  "nn.gelu_tanh": byMeaning,
  "nn.kv_cache_update": byMeaning,
  "nn.linear_attention": byChunks,
  "nn.linear_scan": differentiableCode(scanGradient),
  // By bands: scores are computed again, of each block of queries and the keys that it sees.
  "nn.attention": differentiableCode((walk, op, cotangents) => {
    const bands = { strategy: "banded", block: undefined } as const;
    walk.replay((e) => lowerAttention(e, op, bands), cotangents, isLargestScore);
  }),
  "nn.rms_norm": byMeaning,
  "nn.rotary": byMeaning,
  "nn.selective_scan": differentiableCode(selectiveScanGradient),
  "nn.shift_rows": byMeaning,
  "nn.softplus": differentiable(({ e, op, cotangent }) => [
    () => e.mul(cotangent, e.unary("logistic", op.operands[0]!)),
  ]),
  "nn.to_ordered": differentiable(({ e, op, cotangent }) => [
    () => e.builder.create("nn.to_strided", [cotangent], op.attributes).result,
  ]),
  "nn.to_strided": differentiable(({ e, op, cotangent }) => [
    () => e.builder.create("nn.to_ordered", [cotangent], op.attributes).result,
  ]),
};
