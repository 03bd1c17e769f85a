/** @file What is fused before it is differentiated, so that its gradient is one computation as well. */
import { type Operation, type Value, walk } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { fuseGatesOf } from "../passes/fuse-rglru-gates.js";

export interface Fused {
  /** The operations, with what came in between. */
  readonly operations: readonly Operation[];
  /** What a value became that was fused; itself for any other. */
  became(value: Value): Value;
}

/**
 * Fuses the gates of RG-LRUs in operations of one block, and below them. What was fused stays where it is, without users, for an author
 * may hold it.
 */
export function fused(operations: readonly Operation[]): Fused {
  // What is fused comes before its scan, which may be the first.
  const before = operations[0]?.previous;
  const results = new Map<Value, Value>();
  for (const operation of operations) {
    for (const scan of [...walk(operation)]) {
      if (!isOp(scan, "nn.linear_scan")) continue;
      fuseGatesOf(scan)?.forEach((value, i) => {
        results.set(scan.results[i]!, value);
      });
    }
  }
  const became = (value: Value): Value => results.get(value) ?? value;
  const last = operations.at(-1);
  if (last === undefined) return { operations, became };
  const all: Operation[] = [before?.next ?? last.block!.first!];
  for (let at = all[0]!; at !== last; at = at.next!) all.push(at.next!);
  return { operations: all, became };
}
