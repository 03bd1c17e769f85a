/** @file Moves what a loop computes anew in every round, though it never changes, to before the loop. */
import { definingOp, type Operation, type Value, walk } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { isDefinedOutside, moveBefore } from "../ir/rewriter.js";
import { whileOfUnchanged } from "./canonicalize/control.js";
import { dependencies } from "../ir/analysis/captures.js";
import { isPure, isPureGiven, type PureFunctions } from "../ir/analysis/effects.js";
import { definePass, type PassContext } from "./pass.js";
import { applyRules } from "./rewrite.js";
import { totalBytes } from "../ir/analysis/bytes.js";

/** Constants and the like: nothing is gained by making them once, and a loop that reads them from outside carries them. */
const isFree = (value: Value): boolean => {
  const operation = definingOp(value);
  return operation !== undefined && operation.operands.length === 0 && isPure(operation);
};

/**
 * Whether to move `operation`: it reads something, nothing that changes in the loop, and its results take no more memory
 * than what it reads from outside: a broadcast is cheaper to repeat than to keep.
 */
function isWorthMoving(operation: Operation, loop: Operation, known: PureFunctions): boolean {
  if (!isPureGiven(operation, known)) return false;
  const read = dependencies(operation);
  const outer = read.filter((value) => isDefinedOutside(value, loop));
  if (outer.length === 0 || !read.every((value) => outer.includes(value) || isFree(value))) return false;
  return totalBytes(operation.results) <= totalBytes(outer);
}

function hoistFrom(loop: Operation, known: PureFunctions, context: PassContext): void {
  for (const region of loop.regions) {
    for (const operation of region.entry) {
      if (!isWorthMoving(operation, loop, known)) continue;
      for (const value of dependencies(operation))
        if (!isDefinedOutside(value, loop)) moveBefore(definingOp(value)!, loop);
      moveBefore(operation, loop);
      context.count("operations moved");
    }
  }
}

/** Loops below `root`, inner ones first. */
function loopsOf(root: Operation): readonly Operation[] {
  return [...walk(root)].filter((operation) => isOp(operation, "stablehlo.while")).reverse();
}

export const hoistLoopInvariants = definePass({
  name: "hoist-loop-invariants",
  summary: "Moves pure operations on values that never change in a loop to before it.",
  example: {
    before: `
func.func @main(%x: tensor<4xf32>, %scale: tensor<4xf32>, %n: tensor<i32>) -> tensor<4xf32> {
  %zero = stablehlo.constant dense<0> : tensor<i32>
  %0:2 = stablehlo.while(%i = %zero, %y = %x) : tensor<i32>, tensor<4xf32>
  cond {
    %1 = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %1 = stablehlo.add %i, %one : tensor<i32>
    %2 = stablehlo.exponential %scale : tensor<4xf32>
    %3 = stablehlo.multiply %y, %2 : tensor<4xf32>
    stablehlo.return %1, %3 : tensor<i32>, tensor<4xf32>
  }
  return %0#1 : tensor<4xf32>
}`,
    after: `
func.func @main(%x: tensor<4xf32>, %scale: tensor<4xf32>, %n: tensor<i32>) -> tensor<4xf32> {
  %zero = stablehlo.constant dense<0> : tensor<i32>
  %0 = stablehlo.exponential %scale : tensor<4xf32>
  %1:2 = stablehlo.while(%i = %zero, %y = %x) : tensor<i32>, tensor<4xf32>
  cond {
    %2 = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %2 : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %2 = stablehlo.add %i, %one : tensor<i32>
    %3 = stablehlo.multiply %y, %0 : tensor<4xf32>
    stablehlo.return %2, %3 : tensor<i32>, tensor<4xf32>
  }
  return %1#1 : tensor<4xf32>
}`,
  },
  run(module, context) {
    applyRules(module, [whileOfUnchanged], context);
    const known: PureFunctions = new Map();
    for (const loop of loopsOf(module)) hoistFrom(loop, known, context);
  },
});
