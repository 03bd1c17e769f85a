/**
 * @file A cache of keys and values is written after what reads it, and so in its place. Compilers that know no order between the two, as XLA
 * for CPUs, copy the whole cache for each token. An optimization barrier takes the cache along with what was read from it.
 */
import { z } from "zod";
import { Builder } from "../ir/builder.js";
import { shapeOf } from "../ir/emit.js";
import { type Operation, type Value, walk } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { setOperands } from "../ir/rewriter.js";
import { definePass } from "./pass.js";

/** So many slots for each row that is written, at least. */
const SLOTS_A_ROW = 4;

/** The operations before one in its block. */
function before(op: Operation): ReadonlySet<Operation> {
  const found = new Set<Operation>();
  for (let each = op.previous; each !== undefined; each = each.previous) found.add(each);
  return found;
}

/** What else reads the cache, all of it before its update; nothing where something reads it later, which needs the copy. */
function earlierReaders(update: Operation, cache: Value): readonly Operation[] {
  const readers = [...cache.users].filter((user) => user !== update);
  if (readers.length === 0) return [];
  const earlier = before(update);
  return readers.every((reader) => earlier.has(reader)) ? readers : [];
}

/** Whether the rows are few beside the slots; where most of a cache is written, its copy costs nothing beside. */
const writesLittle = (cache: Value, rows: Value): boolean =>
  SLOTS_A_ROW * shapeOf(rows)[1]! <= shapeOf(cache)[1]!;

/** Puts the barrier before the update; false where nothing else reads the cache, or not only before, and where most of it is written. */
function finish(update: Operation): boolean {
  const [cache, ...rest] = update.operands as [Value, Value, ...Value[]];
  if (!writesLittle(cache, rest[0])) return false;
  const readers = earlierReaders(update, cache);
  if (readers.length === 0) return false;
  const builder = Builder.before(update);
  builder.location = update.location;
  const read = readers.flatMap((reader) => reader.results);
  const held = builder.create("stablehlo.optimization_barrier", [...read, cache], {}).results;
  setOperands(update, [held.at(-1)!, ...rest]);
  return true;
}

export const finishCacheReads = definePass({
  name: "finish-cache-reads",
  summary: "Caches of keys and values are updated after what reads them, by an optimization barrier.",
  options: z.object({}),
  example: {
    before: `
func.func public @main(%cache: tensor<1x8x4xf32>, %row: tensor<1x1x4xf32>, %position: tensor<1x1xi32>) -> (tensor<1x8x4xf32>, tensor<1x8x4xf32>) {
  %0 = stablehlo.exponential %cache : tensor<1x8x4xf32>
  %1 = "nn.kv_cache_update"(%cache, %row, %position) : (tensor<1x8x4xf32>, tensor<1x1x4xf32>, tensor<1x1xi32>) -> tensor<1x8x4xf32>
  return %0, %1 : tensor<1x8x4xf32>, tensor<1x8x4xf32>
}`,
    after: `
func.func public @main(%cache: tensor<1x8x4xf32>, %row: tensor<1x1x4xf32>, %position: tensor<1x1xi32>) -> (tensor<1x8x4xf32>, tensor<1x8x4xf32>) {
  %0 = stablehlo.exponential %cache : tensor<1x8x4xf32>
  %1:2 = stablehlo.optimization_barrier %0, %cache : tensor<1x8x4xf32>, tensor<1x8x4xf32>
  %2 = "nn.kv_cache_update"(%1#1, %row, %position) : (tensor<1x8x4xf32>, tensor<1x1x4xf32>, tensor<1x1xi32>) -> tensor<1x8x4xf32>
  return %0, %2 : tensor<1x8x4xf32>, tensor<1x8x4xf32>
}`,
  },
  run(module, context) {
    const updates = [...walk(module)].filter((op) => isOp(op, "nn.kv_cache_update"));
    for (const update of updates) if (finish(update)) context.count("caches read before they are updated");
  },
});
