/** @file Whether a program has shapes that are not known before its inputs are. */
import { findEntry, findFunction, functionsOf } from "../../ir/analysis/symbols.js";
import { type Operation, walk } from "../../ir/operation.js";
import { isOp } from "../../ir/ops/index.js";
import { isStatic, type Type } from "../../ir/types.js";
import { customCallsOfShapes } from "./custom-calls.js";
import { dynamicOpNames } from "./dynamic-ops.js";

const isDynamicType = (type: Type): boolean =>
  type.kind === "unranked" || (type.kind === "tensor" && type.bounds === undefined && !isStatic(type));

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
  return values.some(({ type }) => isDynamicType(type));
}

/** The function that an operation calls or is decomposed into. */
export function calleeOf(operation: Operation): string | undefined {
  if (isOp(operation, "func.call")) return operation.attributes.callee;
  return isOp(operation, "stablehlo.composite") ? operation.attributes.decomposition : undefined;
}

/** The functions that have dynamic shapes or ops, or call one that has. */
export function dynamicFunctions(module: Operation): ReadonlySet<Operation> {
  const functions = functionsOf(module);
  const dynamic = new Set<Operation>(functions.filter((func) => [...walk(func)].some(isDynamicOperation)));
  const callsOne = (func: Operation): boolean =>
    [...walk(func)].some((operation) => {
      const callee = calleeOf(operation);
      return callee !== undefined && dynamic.has(findFunction(module, callee)!);
    });
  for (let before = -1; before !== dynamic.size; ) {
    before = dynamic.size;
    for (const func of functions) if (!dynamic.has(func) && callsOne(func)) dynamic.add(func);
  }
  return dynamic;
}

/** Whether @main has dynamic shapes, or an op that is static only once shapes are: no plugin takes it as it is. */
export function isDynamicProgram(module: Operation): boolean {
  const main = findEntry(module);
  return main !== undefined && dynamicFunctions(module).has(main);
}
