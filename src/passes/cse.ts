/** @file Common subexpression elimination. */
import type { Block, Operation } from "../ir/operation.js";
import { hasTrait } from "../ir/ops/index.js";
import { replaceOperation } from "../ir/rewriter.js";
import { isPureGiven, type PureFunctions } from "../ir/analysis/effects.js";
import { definePass, type PassContext } from "./pass.js";
import { operationKey, ValueNumbers } from "../ir/analysis/structural-key.js";

/** Operations that dominate the current one, by key; a region sees those of the regions around it. */
class Scope {
  readonly #known = new Map<string, Operation>();

  constructor(readonly outer?: Scope) {}

  find(key: string): Operation | undefined {
    return this.#known.get(key) ?? this.outer?.find(key);
  }

  add(key: string, operation: Operation): void {
    this.#known.set(key, operation);
  }
}

/** What is known of values and of functions. */
interface Known {
  readonly values: ValueNumbers;
  readonly pure: PureFunctions;
}

/** Regions are done before the operation that holds them: what is equal inside then looks equal from outside. */
function mergeEqual(block: Block, scope: Scope, known: Known, context: PassContext): void {
  for (const operation of block) {
    const outer = hasTrait(operation, "isolated") ? undefined : scope;
    for (const region of operation.regions)
      for (const inner of region.blocks) mergeEqual(inner, new Scope(outer), known, context);
    if (hasTrait(operation, "terminator") || !isPureGiven(operation, known.pure)) continue;
    const key = operationKey(operation, known.values);
    const first = scope.find(key);
    if (first === undefined) {
      scope.add(key, operation);
      continue;
    }
    replaceOperation(operation, first.results);
    context.count("operations merged");
  }
}

export const cse = definePass({
  name: "cse",
  summary: "Merges pure operations that compute the same, when the first dominates the second.",
  example: {
    before: `
func.func @main(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = stablehlo.exponential %x : tensor<4xf32>
  %1 = stablehlo.exponential %x : tensor<4xf32>
  %2 = stablehlo.negate %1 : tensor<4xf32>
  return %0, %2 : tensor<4xf32>, tensor<4xf32>
}`,
    after: `
func.func @main(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = stablehlo.exponential %x : tensor<4xf32>
  %1 = stablehlo.negate %0 : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}`,
  },
  run(module, context) {
    const pure: PureFunctions = new Map();
    for (const region of module.regions)
      for (const block of region.blocks)
        mergeEqual(block, new Scope(), { values: new ValueNumbers(), pure }, context);
  },
});
