/** @file Whether a program has shapes that are not known before its inputs are. */
import { findEntry, type FunctionOperation, functionsOf } from "../../ir/analysis/symbols.js";
import { type Operation, walk } from "../../ir/operation.js";
import { isOp } from "../../ir/ops/index.js";
import { isUnbounded } from "../../ir/types.js";
import { customCallsOfShapes } from "./custom-calls.js";
import { dynamicOpNames } from "./dynamic-ops.js";

function isDynamicOperation(operation: Operation): boolean {
  if (dynamicOpNames.has(operation.name)) return true;
  if (
    isOp(operation, "stablehlo.custom_call") &&
    customCallsOfShapes.has(operation.attributes.call_target_name)
  )
    return true;
  const values = [
    ...operation.results,
    ...operation.regions.flatMap(({ blocks }) => blocks.flatMap((b) => b.arguments)),
  ];
  return values.some(({ type }) => isUnbounded(type));
}

/** The function that an operation calls or is decomposed into. */
export function calleeOf(operation: Operation): string | undefined {
  if (isOp(operation, "func.call")) return operation.attributes.callee;
  return isOp(operation, "stablehlo.composite") ? operation.attributes.decomposition : undefined;
}

/** What the functions of a module have in them, each walked once. */
interface Contents {
  /** Functions that have dynamic shapes or ops. */
  readonly dynamic: Set<FunctionOperation>;
  /** The functions that call one of this name, or are decomposed into it. */
  readonly callers: ReadonlyMap<string, ReadonlySet<FunctionOperation>>;
}

function contentsOf(module: Operation): Contents {
  const dynamic = new Set<FunctionOperation>();
  const callers = new Map<string, Set<FunctionOperation>>();
  for (const func of functionsOf(module)) {
    for (const operation of walk(func)) {
      if (isDynamicOperation(operation)) dynamic.add(func);
      const callee = calleeOf(operation);
      if (callee === undefined) continue;
      callers.set(callee, (callers.get(callee) ?? new Set<FunctionOperation>()).add(func));
    }
  }
  return { dynamic, callers };
}

/** The functions that have dynamic shapes or ops, or call one that has. */
export function dynamicFunctions(module: Operation): ReadonlySet<Operation> {
  const { dynamic, callers } = contentsOf(module);
  // What is added while a set is walked is walked too.
  for (const func of dynamic)
    for (const caller of callers.get(func.attributes.sym_name) ?? []) dynamic.add(caller);
  return dynamic;
}

/** Whether `@main` has dynamic shapes, or an op that is static only once shapes are: no plugin takes it as it is. */
export function isDynamicProgram(module: Operation): boolean {
  const main = findEntry(module);
  return main !== undefined && dynamicFunctions(module).has(main);
}
