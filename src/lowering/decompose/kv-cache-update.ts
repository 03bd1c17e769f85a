/** @file Meaning of nn.kv_cache_update: each slot takes the newest row of a position that is its own (modulo the slots, in a ring), if there is one. */
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { elementCount } from "../../ir/types.js";
import { floorMod } from "../floor-mod.js";

/** [b, rows, ..] as [b, rows, channels]. */
export function flatRows(e: Emitter, values: Value): Value {
  const [batch, rows, ...rest] = shapeOf(values) as [number, number, ...number[]];
  return e.reshape(values, [batch, rows, elementCount(rest)]);
}

/** The cache after the rows are written; the last row has position segment_pos[:, -1]. */
export function kvCacheUpdate(e: Emitter, op: OperationOf<"nn.kv_cache_update">): readonly Value[] {
  const [cache, rows, segmentPos] = op.operands as [Value, Value, Value];
  const [batch, slots] = shapeOf(cache) as [number, number];
  const time = shapeOf(rows)[1]!;
  const shape = [batch, slots];
  const last = e.reshape(e.convert(e.slice(segmentPos, 1, time - 1, time), "i32"), [batch]);
  const behind = e.sub(e.broadcast(last, shape, [0]), e.iota(shape, 1));
  // The newest position of slot i is so many tokens before the last one: it lies in a row, or before all of them.
  const age = op.attributes.growing === true ? behind : floorMod(e, behind, slots);
  const row = e.sub(e.fill(time - 1, shape, "i32"), age);
  const before = flatRows(e, cache);
  const written = e.takeRows(flatRows(e, rows), e.clamp(0, row, time - 1));
  const isRow = e.and(e.compareTo("GE", row, 0), e.compareTo("LT", row, time));
  const isWritten = e.broadcast(isRow, shapeOf(before), [0, 1]);
  return [e.reshape(e.select(isWritten, written, before), shapeOf(cache))];
}
