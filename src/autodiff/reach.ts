/** @file Which values of a block others are computed from. */
import type { Block, Value } from "../ir/operation.js";
import { dependencies } from "../ir/analysis/captures.js";

/** All values that `values` are computed from inside of `block`, themselves and what the block takes from around it included. */
export function reachedBackwards(block: Block, values: readonly Value[]): ReadonlySet<Value> {
  const reached = new Set(values);
  for (let operation = block.last; operation !== undefined; operation = operation.previous) {
    if (!operation.results.some((result) => reached.has(result))) continue;
    for (const value of dependencies(operation)) reached.add(value);
  }
  return reached;
}
