/** @file Which operations do nothing but make their results, so that they may be removed, merged or moved. */
import type { Operation } from "../operation.js";
import { hasTrait, isOp } from "../ops/index.js";
import { bodyOf, findFunction } from "./symbols.js";

/** What an operation lies in, all around it. */
export function moduleOf(operation: Operation): Operation {
  let root = operation;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

/** Whether every operation below is pure; a call is what its callee is, and recursion counts as an effect. */
function hasPureRegions(operation: Operation, calling: ReadonlySet<string>): boolean {
  return operation.regions.every((region) =>
    region.blocks.every((block) =>
      block.operations.every((inner) => hasTrait(inner, "terminator") || isPureWithin(inner, calling)),
    ),
  );
}

function isPureWithin(operation: Operation, calling: ReadonlySet<string>): boolean {
  if (isOp(operation, "func.call")) {
    const { callee } = operation.attributes;
    const func = findFunction(moduleOf(operation), callee);
    if (func === undefined || bodyOf(func) === undefined || calling.has(callee)) return false;
    return hasPureRegions(func, new Set([...calling, callee]));
  }
  if (hasTrait(operation, "terminator")) return false;
  return (
    (hasTrait(operation, "pure") || hasTrait(operation, "recursive-effects")) &&
    hasPureRegions(operation, calling)
  );
}

/** Whether the operation may be removed when unused, merged with its equal, or moved to where its operands live. */
export const isPure = (operation: Operation): boolean => isPureWithin(operation, new Set());
