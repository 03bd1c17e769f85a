/** @file How many tokens of a sequence a program reads. */
import { type Operation, walk } from "../operation.js";
import { definitionOf } from "../ops/index.js";
import { timeAxesOf } from "./row-axes.js";

/** Tokens along time in one operation that mixes them, 1 in another. */
function stepsOf(operation: Operation): number {
  const axis = timeAxesOf(operation)?.operands[0] ?? definitionOf(operation)?.timeAxis?.(operation);
  const type = operation.operands[0]?.type;
  return axis === undefined || type?.kind !== "tensor" ? 1 : type.shape[axis]!;
}

/** The longest time axis of the operations below `module` that mix tokens, by `timeAxes` and `timeAxis` of the op table; 1 without any. */
export function timeSteps(module: Operation): number {
  let steps = 1;
  for (const operation of walk(module)) steps = Math.max(steps, stepsOf(operation));
  return steps;
}
