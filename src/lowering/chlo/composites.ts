/**
 * @file chlo ops that XLA has code of its own for, as composites: what jax.export writes into portable artifacts, which have no chlo. A reader
 * that knows the name takes the op; any other takes the function that says what it means.
 */
import { findFunction, freeSymbol } from "../../ir/analysis/symbols.js";
import { type Attribute, stringAttribute } from "../../ir/attribute.js";
import { Builder } from "../../ir/builder.js";
import { elementsFromNumbers } from "../../ir/elements.js";
import { type Operation, walk } from "../../ir/operation.js";
import { definitionOf } from "../../ir/ops/index.js";
import type { AttributeKind } from "../../ir/ops/kinds.js";
import { cloneRegion, insertOperation, replaceOperation } from "../../ir/rewriter.js";
import { tensorType } from "../../ir/types.js";
import { outlinedFunction, outlineKey } from "../../passes/outlined-function.js";

/** The names that XLA's reader looks for. */
const known: ReadonlySet<string> = new Set(
  [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atanh",
    "cosh",
    "erf",
    "mulhi",
    "ragged_dot",
    "scan",
    "sinh",
    "top_k",
  ].map((name) => `chlo.${name}`),
);

export const isKnownComposite = ({ name }: Operation): boolean => known.has(name);

/** A list of words as a list of strings: attributes of a composite are MLIR's own. */
function withoutWords(attribute: Attribute): Attribute {
  if (attribute.kind === "enum") return stringAttribute(attribute.value);
  return attribute.kind === "array" ? { kind: "array", items: attribute.items.map(withoutWords) } : attribute;
}

const indices = (values: readonly number[]): Attribute => ({
  kind: "elements",
  value: elementsFromNumbers(tensorType([values.length], "i64"), values),
});

/** An attribute as composites have it; dimension numbers are a list of their fields. */
function asBuiltin(kind: AttributeKind, value: unknown): Attribute {
  if (kind.fields === undefined) return withoutWords(kind.toAttribute(value));
  const fields = value as Readonly<Record<string, readonly number[]>>;
  return { kind: "array", items: Object.keys(kind.fields).map((name) => indices(fields[name]!)) };
}

/** Whether an attribute is MLIR's own; those of dialects stay with the composite. */
const isBuiltin = ({ kind, ...rest }: Attribute): boolean =>
  kind === "opaque"
    ? !("text" in rest && rest.text.startsWith("#"))
    : kind !== "enum" && kind !== "struct" && kind !== "sdy";

function attributesOf(operation: Operation): ReadonlyMap<string, Attribute> {
  const own = Object.entries(definitionOf(operation)!.attributes).flatMap(([name, kind]) => {
    const value = operation.attributes[name];
    return value === undefined ? [] : [[name, asBuiltin(kind, value)] as const];
  });
  return new Map([...own, ...[...operation.extra].filter(([, attribute]) => isBuiltin(attribute))]);
}

function compositeFor(operation: Operation, decomposition: string): Operation {
  const all = attributesOf(operation);
  const extra = new Map([...operation.extra].filter(([name]) => !all.has(name)));
  const attributes = {
    name: operation.name,
    decomposition,
    version: 1,
    ...(all.size === 0 ? {} : { composite_attributes: all }),
  };
  const results = operation.results.map(({ type }) => type);
  const regions = operation.regions.map((region) => cloneRegion(region, new Map()));
  return Builder.before(operation).create("stablehlo.composite", operation.operands, attributes, {
    results,
    regions,
    extra,
  });
}

/** Puts composites in place of the ops for which `isPreserved` holds; equal ones share the function, `chlo.erf.impl`, that has the op. */
export function preserveAsComposites(
  module: Operation,
  isPreserved: (operation: Operation) => boolean,
): void {
  const symbols = new Map<string, string>();
  const preserved = [...walk(module)].filter(isPreserved);
  const withRegions = preserved.filter(({ regions }) => regions.length > 0);
  // Of those with regions, which are copied, the innermost first, and what is in them before.
  const ordered = [...preserved.filter(({ regions }) => regions.length === 0), ...withRegions.reverse()];
  for (const operation of ordered) {
    const key = outlineKey(operation);
    let symbol = symbols.get(key);
    if (symbol === undefined) {
      symbol = freeSymbol(`${operation.name}.impl`, (name) => findFunction(module, name) !== undefined);
      symbols.set(key, symbol);
      insertOperation(outlinedFunction(symbol, operation, operation.location), module.regions[0]!.entry);
    }
    replaceOperation(operation, compositeFor(operation, symbol).results);
  }
}
