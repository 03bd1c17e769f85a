/** @file Modules joined: what is one program by itself becomes a function of another. */
import type { Attribute } from "./attribute.js";
import { ENTRY, freeSymbol, functionsOf, symbolsOf } from "./analysis/symbols.js";
import { type Operation, walk } from "./operation.js";
import { definitionOf } from "./ops/index.js";
import {
  cloneOperation,
  detachOperation,
  eraseOperation,
  insertOperation,
  setAttributes,
  setExtra,
} from "./rewriter.js";

type Names = ReadonlyMap<string, string>;

/** An attribute that refers to functions by their new names. */
function renamed(attribute: Attribute, names: Names): Attribute {
  if (attribute.kind === "symbol") {
    const [first, ...rest] = attribute.path;
    return { ...attribute, path: [names.get(first!) ?? first!, ...rest] };
  }
  if (attribute.kind === "array")
    return { ...attribute, items: attribute.items.map((item) => renamed(item, names)) };
  if (attribute.kind !== "dictionary") return attribute;
  const entries = [...attribute.entries].map(([name, item]) => [name, renamed(item, names)] as const);
  return { ...attribute, entries: new Map(entries) };
}

/** Makes an operation refer to functions by their new names. */
function renameIn(operation: Operation, names: Names): void {
  if (![...symbolsOf(operation)].some((symbol) => names.has(symbol))) return;
  const kinds = Object.entries(definitionOf(operation)?.attributes ?? {});
  const changed = kinds.flatMap(([name, kind]) => {
    const value = operation.attributes[name];
    return value === undefined
      ? []
      : [[name, kind.fromAttribute(renamed(kind.toAttribute(value), names))] as const];
  });
  setAttributes(operation, { ...operation.attributes, ...Object.fromEntries(changed) });
  setExtra(
    operation,
    new Map([...operation.extra].map(([name, item]) => [name, renamed(item, names)] as const)),
  );
}

/**
 * Puts a copy of what `from` holds into `module`, where its entry is the private function `name`, in the place of the one that is called so
 * there, if there is one: calls of that are calls of this. Its other functions are called otherwise where a function of the module has
 * their names. Who links verifies.
 */
export function link(module: Operation, from: Operation, name: string): void {
  const placeholder = functionsOf(module).find((func) => func.attributes.sym_name === name);
  if (placeholder !== undefined) eraseOperation(placeholder);
  const copy = cloneOperation(from, new Map());
  const taken = new Set([name, ...functionsOf(module).map((func) => func.attributes.sym_name)]);
  const names = new Map<string, string>();
  for (const func of functionsOf(copy)) {
    const { sym_name: own, function_type } = func.attributes;
    const symbol = own === ENTRY ? name : freeSymbol(own, (each) => taken.has(each));
    taken.add(symbol);
    names.set(own, symbol);
    const called = { sym_name: symbol, sym_visibility: "private", function_type };
    setAttributes(func as Operation, own === ENTRY ? called : { ...func.attributes, sym_name: symbol });
  }
  for (const operation of walk(copy)) renameIn(operation, names);
  const block = module.regions[0]!.entry;
  for (const operation of copy.regions[0]!.entry) {
    detachOperation(operation);
    insertOperation(operation, block);
  }
}
