/**
 * @file decompose-added: ops of added dialects (src/ir/dialect.ts) become what a strategy that the target prefers makes of them, or what they
 * mean. `standardStages` begins with it, and so must a target's own stages, so that what ops are made of is fused, hoisted and lowered as if
 * the author had written it.
 */
import { z } from "zod";
import { decompose, type Replacement } from "../ir/decompositions.js";
import { dialectOf, findDecomposition } from "../ir/dialect.js";
import { type Operation, walk } from "../ir/operation.js";
import type { OpDefinition } from "../ir/ops/define.js";
import { definitionOf } from "../ir/ops/index.js";
import {
  definePass,
  type Pass,
  type PassContext,
  type PassExample,
  type PipelineStep,
} from "../passes/index.js";
import { preferredStrategies } from "./known-strategies.js";
import type { Strategy } from "./strategy.js";
import type { Target } from "./target.js";
import { targetOption } from "./target-option.js";

const NAME = "decompose-added";

/** `demo.clip_twice` stands for any op of an added dialect: here clip(x) + clip(2x), with `demo.scaled_clip`, which clips to [-1, 1]. */
const example: PassExample = {
  before: `func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
  %0 = demo.clip_twice of %arg0 : tensor<4xf32>
  return %0 : tensor<4xf32>
}`,
  after: `func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
  %cst = stablehlo.constant dense<1.000000e+00> : tensor<4xf32>
  %0 = stablehlo.multiply %arg0, %cst : tensor<4xf32>
  %cst_0 = stablehlo.constant dense<-1.000000e+00> : tensor<4xf32>
  %cst_1 = stablehlo.constant dense<1.000000e+00> : tensor<4xf32>
  %1 = stablehlo.clamp %cst_0, %0, %cst_1 : tensor<4xf32>
  %cst_2 = stablehlo.constant dense<2.000000e+00> : tensor<4xf32>
  %2 = stablehlo.multiply %arg0, %cst_2 : tensor<4xf32>
  %cst_3 = stablehlo.constant dense<-1.000000e+00> : tensor<4xf32>
  %cst_4 = stablehlo.constant dense<1.000000e+00> : tensor<4xf32>
  %3 = stablehlo.clamp %cst_3, %2, %cst_4 : tensor<4xf32>
  %4 = stablehlo.add %1, %3 : tensor<4xf32>
  return %4 : tensor<4xf32>
}`,
};

type FindReplacement = (operation: Operation) => Replacement | undefined;

/** What an op of an added dialect becomes: by the strategy, unless that leaves it, or there is none. */
function findBy(preferred: ReadonlyMap<OpDefinition, Strategy>): FindReplacement {
  return (operation) => {
    if (dialectOf(operation) === undefined) return undefined;
    const [meaning, strategy] = [findDecomposition(operation), preferred.get(definitionOf(operation)!)];
    if (strategy === undefined) return meaning;
    return (e) => strategy.lower(e, operation) ?? meaning?.(e, operation);
  };
}

function decomposeAll(module: Operation, context: PassContext, find: FindReplacement): void {
  for (const operation of [...walk(module)])
    for (const name of decompose(operation, find)) context.count(`${name} decomposed`);
}

/** The step of a target's pipeline; `griffin opt` knows it by the target's name. */
export function decomposeAdded(target: Target, strategies: readonly Strategy[]): PipelineStep {
  const find = findBy(preferredStrategies(target.name, strategies));
  return {
    name: NAME,
    options: { target: target.name },
    run: (module, context) => decomposeAll(module, context, find),
  };
}

/** The pass over targets that are known by name. It throws a UsageError, when it runs, for an op whose decomposition holds the op itself. */
export const decomposeAddedPass = (targets: readonly Target[], strategies: readonly Strategy[]): Pass =>
  definePass({
    name: NAME,
    summary: "Ops of added dialects become what they are decomposed into.",
    options: z.object({ target: targetOption(targets) }),
    example,
    run(module, context, { target }) {
      decomposeAll(
        module,
        context,
        findBy(target === undefined ? new Map() : preferredStrategies(target, strategies)),
      );
    },
  });
