/** @file Functions of a module by name, and who refers to them. */
import type { Attribute } from "../attribute.js";
import { type Block, type Operation, type Value, walk } from "../operation.js";
import { definitionOf, isOp, type OperationOf } from "../ops/index.js";

export type FunctionOperation = OperationOf<"func.func"> & Operation;

/** The functions that a module's block holds, in order. */
export const functionsIn = (block: Block): readonly FunctionOperation[] =>
  block.operations.filter((op) => isOp(op, "func.func"));

/** The functions of a module, in order. */
export const functionsOf = (module: Operation): readonly FunctionOperation[] =>
  module.regions.flatMap((region) => functionsIn(region.entry));

/** The function called `name`, or undefined. */
export function findFunction(module: Operation, name: string): FunctionOperation | undefined {
  for (const region of module.regions)
    for (const operation of region.entry.symbols.get(name) ?? [])
      if (isOp(operation, "func.func")) return operation;
  return undefined;
}

/** What PJRT calls the function that a plugin enters; the one place that says so. */
export const ENTRY = "main";

/** The function that a plugin enters, or undefined for a module that none can run. */
export const findEntry = (module: Operation): FunctionOperation | undefined => findFunction(module, ENTRY);

/** `name`, or `name_0`, `name_1` ...: the first that is not taken. */
export const freeSymbol = (name: string, isTaken: (name: string) => boolean): string =>
  isTaken(name) ? numberedSymbol(name, isTaken) : name;

/** `name_0`, `name_1` ...: the first that is not taken. */
export function numberedSymbol(name: string, isTaken: (name: string) => boolean): string {
  for (let i = 0; ; i++) if (!isTaken(`${name}_${i}`)) return `${name}_${i}`;
}

/** The body of a function, or undefined for a declaration. */
export const bodyOf = (func: Operation): Block | undefined => func.regions[0]?.blocks[0];

/** What a function returns. */
export const returnedValues = (body: Block): readonly Value[] => body.last!.operands;

function* symbolsIn(attribute: Attribute): Generator<string> {
  if (attribute.kind === "symbol") yield attribute.path[0]!;
  else if (attribute.kind === "array") for (const item of attribute.items) yield* symbolsIn(item);
  else if (attribute.kind === "dictionary")
    for (const item of attribute.entries.values()) yield* symbolsIn(item);
}

/** The symbols that one operation refers to, each as often as it stands there: calls, decompositions, called computations. */
export function* symbolsOf(operation: Operation): Generator<string> {
  for (const [name, kind] of Object.entries(definitionOf(operation)?.attributes ?? {})) {
    const value = operation.attributes[name];
    if (value !== undefined) yield* symbolsIn(kind.toAttribute(value));
  }
  for (const attribute of operation.extra.values()) yield* symbolsIn(attribute);
}

/** The symbols that `root` and what is below it refer to. */
export function referencedSymbols(root: Operation): ReadonlySet<string> {
  const names = new Set<string>();
  for (const operation of walk(root)) for (const name of symbolsOf(operation)) names.add(name);
  return names;
}
