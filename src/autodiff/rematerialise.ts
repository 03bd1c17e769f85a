/**
 * @file The gradient of code that is computed again: the backward computation begins with a copy of it, for which nothing was saved but
 * what is kept. The copy takes its inputs, what is kept, and the cotangents from one optimization barrier: so the compiler neither finds
 * that it has computed the same before, nor begins with it before the backward computation has come so far.
 */
import { constantOf } from "../ir/analysis/constants.js";
import type { Operation, Value } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { cloneOperation, insertOperation, replaceAllUses, type ValueMap } from "../ir/rewriter.js";
import { dependencies } from "../ir/analysis/captures.js";
import { dropOutermost, isNested, type Kept, keptName } from "./marks.js";
import type { BackwardWalk } from "./rule.js";

/**
 * The values that are kept of the forward computation. A name stands for what was named as well. Of code inside that is computed again by
 * itself nothing is: its values get their cotangents while the copy of that code is gone through, and not before.
 */
function keptOf(all: readonly Operation[], kept: Kept): readonly Value[] {
  if (kept === "nothing") return [];
  const operations = all.filter((operation) => !isNested(operation));
  const isKept = (operation: Operation): boolean => {
    if (kept === "products")
      return isOp(operation, "stablehlo.dot_general", "stablehlo.convolution", "nn.block_diagonal_dot");
    const name = keptName(operation);
    return name !== undefined && kept.names.includes(name);
  };
  const made = new Set(operations.flatMap(({ results }) => results));
  const chosen = operations.filter(isKept);
  const named = kept === "products" ? [] : chosen.flatMap(({ operands }) => operands);
  return [
    ...new Set([...named.filter((value) => made.has(value)), ...chosen.flatMap(({ results }) => results)]),
  ];
}

/** What operations take from elsewhere; constants are at hand everywhere, and are to stay known as such. */
function inputsOf(operations: readonly Operation[]): readonly Value[] {
  const made = new Set(operations.flatMap(({ results }) => results));
  const used = new Set(operations.flatMap(dependencies));
  return [...used].filter((value) => !made.has(value) && constantOf(value) === undefined);
}

/** A value of a copy, and the one that was kept instead. */
interface Copied {
  readonly copy: Value;
  readonly kept: Value;
}

/**
 * Copies of operations at the end of the walk's block. What is kept is copied as well, for its gradient, but what uses it takes the kept
 * value.
 */
function copiesOf(
  walk: BackwardWalk,
  operations: readonly Operation[],
  map: ValueMap,
  keptValues: ReadonlyMap<Value, Value>,
): { readonly copies: readonly Operation[]; readonly replaced: readonly Copied[] } {
  const replaced: Copied[] = [];
  const copies = operations.map((operation) => {
    const copy = cloneOperation(operation, map);
    dropOutermost(copy);
    insertOperation(copy, walk.block);
    operation.results.forEach((result, i) => {
      const value = keptValues.get(result);
      if (value === undefined) return;
      map.set(result, value);
      walk.standFor(copy.results[i]!, value);
      replaced.push({ copy: copy.results[i]!, kept: value });
    });
    return copy;
  });
  return { copies, replaced };
}

/** Goes backwards through operations of one block by way of a copy of them. */
export function rematerialise(walk: BackwardWalk, operations: readonly Operation[], kept: Kept): void {
  const { e, activity } = walk;
  const made = operations.flatMap(({ results }) => results);
  const outputs = made.filter((value) => walk.cotangentOf(value) !== undefined);
  if (outputs.length === 0) return;
  const inputs = inputsOf(operations);
  const keptResults = keptOf(operations, kept);
  const values = [...inputs, ...keptResults];
  const cotangents = outputs.map((value) => walk.cotangentOf(value)!);
  const barrier = e.builder.create("stablehlo.optimization_barrier", [...values, ...cotangents], {});
  activity.mark([barrier as unknown as Operation]);
  const held = new Map(values.map((value, i) => [value, barrier.results[i]!]));
  const map: ValueMap = new Map(inputs.map((value) => [value, held.get(value)!]));
  const keptValues = new Map(keptResults.map((value) => [value, held.get(value)!]));
  const { copies, replaced } = copiesOf(walk, operations, map, keptValues);
  activity.mark(copies);
  outputs.forEach((value, i) => {
    walk.give(map.get(value)!, () => barrier.results[values.length + i]!);
  });
  walk.walk(copies);
  for (const { copy, kept: value } of replaced) replaceAllUses(copy, value);
  for (const value of inputs) {
    const cotangent = walk.cotangentOf(held.get(value)!);
    if (cotangent !== undefined) walk.give(value, () => cotangent);
  }
}
