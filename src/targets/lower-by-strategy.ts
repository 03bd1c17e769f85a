/** @file lower-by-strategy: one op by a strategy that was asked for. */
import { z } from "zod";
import { Builder } from "../ir/builder.js";
import { Emitter } from "../ir/emit.js";
import { type Operation, walk } from "../ir/operation.js";
import { definitionOf } from "../ir/ops/index.js";
import { replaceOperation } from "../ir/rewriter.js";
import { stridedConv1d } from "../lowering/conv/strided.js";
import { growingUpdate } from "../lowering/kv-cache/growing.js";
import { rollingUpdate } from "../lowering/kv-cache/rolling.js";
import {
  definePass,
  type Pass,
  type PassContext,
  type PassExample,
  type PipelineStep,
} from "../passes/index.js";
import { findStrategy } from "./known-strategies.js";
import { defineStrategy, type Strategy } from "./strategy.js";

const NAME = "lower-by-strategy";

/** Those of this package that take no numbers; scans, matrix states and attention have passes of their own, with options (lowering/passes.ts). */
const ownStrategies: readonly Strategy[] = [
  defineStrategy({ op: "nn.causal_conv1d", name: "strided", lower: stridedConv1d }),
  defineStrategy({ op: "nn.kv_cache_update", name: "rolling", lower: rollingUpdate }),
  defineStrategy({ op: "nn.kv_cache_update", name: "growing", lower: growingUpdate }),
];

const example: PassExample = {
  options: "op=nn.kv_cache_update strategy=rolling",
  before: `func.func @main(%arg0: tensor<1x4x2xf32>, %arg1: tensor<1x1x2xf32>, %arg2: tensor<1x1xi32>) -> tensor<1x4x2xf32> {
  %0 = "nn.kv_cache_update"(%arg0, %arg1, %arg2) : (tensor<1x4x2xf32>, tensor<1x1x2xf32>, tensor<1x1xi32>) -> tensor<1x4x2xf32>
  return %0 : tensor<1x4x2xf32>
}`,
  after: `func.func @main(%arg0: tensor<1x4x2xf32>, %arg1: tensor<1x1x2xf32>, %arg2: tensor<1x1xi32>) -> tensor<1x4x2xf32> {
  %0 = stablehlo.reshape %arg2 : (tensor<1x1xi32>) -> tensor<1xi32>
  %c = stablehlo.constant dense<4> : tensor<1xi32>
  %1 = stablehlo.remainder %0, %c : tensor<1xi32>
  %c_0 = stablehlo.constant dense<0> : tensor<1xi32>
  %2 = stablehlo.compare LT, %1, %c_0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<1xi1>
  %c_1 = stablehlo.constant dense<4> : tensor<1xi32>
  %3 = stablehlo.add %1, %c_1 : tensor<1xi32>
  %4 = stablehlo.select %2, %3, %1 : tensor<1xi1>, tensor<1xi32>
  %c_2 = stablehlo.constant dense<0> : tensor<i32>
  %5 = stablehlo.reshape %4 : (tensor<1xi32>) -> tensor<i32>
  %6 = stablehlo.dynamic_update_slice %arg0, %arg1, %c_2, %5, %c_2 : (tensor<1x4x2xf32>, tensor<1x1x2xf32>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x4x2xf32>
  return %6 : tensor<1x4x2xf32>
}`,
};

/** Replaces every op that the strategy is of, but where it leaves it. */
function lowerAll(module: Operation, context: PassContext, strategy: Strategy): void {
  for (const operation of [...walk(module)].reverse()) {
    if (definitionOf(operation) !== strategy.op) continue;
    const values = strategy.lower(new Emitter(Builder.before(operation)), operation);
    if (values === undefined) continue;
    replaceOperation(operation, values);
    context.count(`${operation.name} lowered`);
  }
}

/** The step of a pipeline, for a strategy that was asked for by name. */
export const lowerByStrategy = (strategy: Strategy): PipelineStep => ({
  name: NAME,
  options: { op: strategy.op.name, strategy: strategy.name },
  run: (module, context) => lowerAll(module, context, strategy),
});

/** The pass over strategies that are known by name. */
export function lowerByStrategyPass(added: readonly Strategy[]): Pass {
  const strategies = [...ownStrategies, ...added];
  const ops = [...new Set(strategies.map(({ op }) => op.name))];
  return definePass({
    name: NAME,
    summary: "Ops of a name become what a strategy makes of them.",
    options: z.object({
      op: z.enum(ops).default(ops[0]!).describe("which ops"),
      strategy: z.string().default(strategies[0]!.name).describe("the name of a strategy of theirs"),
    }),
    example,
    run(module, context, { op, strategy: wanted }) {
      lowerAll(module, context, findStrategy(op, wanted, strategies));
    },
  });
}
