/** @file Which values of an entry are worth preparing. */
import { definingOp, type Operation, type Value, walk } from "../../ir/operation.js";
import { isDefinedOutside } from "../../ir/rewriter.js";
import { isPure } from "../../ir/analysis/effects.js";
import { bytesOf, elementsOf, totalBytes } from "../../ir/analysis/bytes.js";
import { bodyOf, type FunctionOperation, referencedSymbols } from "../../ir/analysis/symbols.js";
import { pathOf } from "./signature.js";

/** Operations that cost nothing worth preparing. */
const free: ReadonlySet<string> = new Set([
  "stablehlo.reshape",
  "stablehlo.broadcast_in_dim",
  "stablehlo.constant",
  "stablehlo.iota",
]);

/** Operands of an operation, and what its regions read from outside. */
export function readBy(operation: Operation): readonly Value[] {
  const read = [...walk(operation)].flatMap((inner) => inner.operands);
  return [...new Set(read)].filter((value) => isDefinedOutside(value, operation));
}

/** Whether an operation may stand in another function that is run apart: what calls a function would need that one beside it. */
const isMovable = (operation: Operation): boolean =>
  isPure(operation) && referencedSymbols(operation).size === 0;

/** What each value of the body that is made of parameters and constants alone depends on. */
function parameterSets(func: FunctionOperation): ReadonlyMap<Value, ReadonlySet<Value>> {
  const body = bodyOf(func)!;
  const sets = new Map<Value, ReadonlySet<Value>>();
  for (const argument of body.arguments)
    if (pathOf(func, argument) !== undefined) sets.set(argument, new Set([argument]));
  for (const operation of body) {
    const read = readBy(operation);
    if (!isMovable(operation) || !read.every((value) => sets.has(value))) continue;
    const parameters = new Set(read.flatMap((value) => [...sets.get(value)!]));
    for (const result of operation.results) sets.set(result, parameters);
  }
  return sets;
}

/** Whether an operation costs next to nothing, as does a conversion to a wider type. */
const isFree = (operation: Operation): boolean =>
  free.has(operation.name) ||
  (operation.name === "stablehlo.convert" && bytesOf(operation.result) >= bytesOf(operation.operands[0]!));

/** Whether the tree that makes `value` computes anything, from the parameters on. */
function computes(value: Value): boolean {
  const operation = definingOp(value);
  if (operation === undefined) return false;
  return !isFree(operation) || readBy(operation).some(computes);
}

/** Whether memory allows `value` in the place of `parameters`: as many elements at most, and `slack` bytes more at most. */
const isAffordable = (value: Value, parameters: readonly Value[], slack: number): boolean =>
  parameters.length > 0 &&
  elementsOf([value]) <= elementsOf(parameters) &&
  bytesOf(value) <= totalBytes(parameters) + slack;

/** The values that the preparation shall return, in the order of their definition. */
export function preparedTrees(func: FunctionOperation, slack: number): readonly Value[] {
  const sets = parameterSets(func);
  let kept: ReadonlySet<Value> = new Set();
  for (;;) {
    const { chosen, reached } = choose(func, sets, kept, slack);
    if (reached.size === kept.size) return chosen;
    kept = reached;
  }
}

/**
 * Chooses trees, if the entry keeps the parameters in `kept`; `reached` are those that it keeps after that choice. More kept
 * parameters mean fewer trees, and fewer trees more kept parameters, so repeating this comes to an end.
 */
function choose(
  func: FunctionOperation,
  sets: ReadonlyMap<Value, ReadonlySet<Value>>,
  kept: ReadonlySet<Value>,
  slack: number,
): { readonly chosen: readonly Value[]; readonly reached: ReadonlySet<Value> } {
  const operations = bodyOf(func)!.operations;
  const chosen = new Set<Value>();
  const reached = new Set<Value>();
  const isWorthMoving = (value: Value): boolean => {
    const given = [...sets.get(value)!].filter((parameter) => !kept.has(parameter));
    return isAffordable(value, given, slack) && computes(value);
  };
  const visit = (value: Value): void => {
    if (chosen.has(value) || !sets.has(value)) return;
    const operation = definingOp(value);
    if (operation === undefined) reached.add(value);
    else if (isWorthMoving(value)) chosen.add(value);
    else for (const operand of readBy(operation)) visit(operand);
  };
  for (const operation of operations) {
    const moves = operation.results.length > 0 && operation.results.every((result) => sets.has(result));
    if (!moves) for (const value of readBy(operation)) visit(value);
  }
  const ordered = operations.flatMap((operation) => operation.results.filter((result) => chosen.has(result)));
  return { chosen: ordered, reached };
}
