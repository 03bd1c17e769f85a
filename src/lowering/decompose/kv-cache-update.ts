/** @file Meaning of nn.kv_cache_update: each slot takes the newest row of a position that is its own modulo the slots, if there is one. */
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

/** The ring after the rows are written; the last row has position segment_pos[:, -1]. */
export function kvCacheUpdate(e: Emitter, op: OperationOf<"nn.kv_cache_update">): readonly Value[] {
  const [ring, rows, segmentPos] = op.operands as [Value, Value, Value];
  const [batch, slots] = shapeOf(ring) as [number, number];
  const time = shapeOf(rows)[1]!;
  const shape = [batch, slots];
  const last = e.reshape(e.convert(e.slice(segmentPos, 1, time - 1, time), "i32"), [batch]);
  // The newest position of slot i is so many tokens before the last one: it lies in a row, or before all of them.
  const age = floorMod(e, e.sub(e.broadcast(last, shape, [0]), e.iota(shape, 1)), slots);
  const row = e.sub(e.fill(time - 1, shape, "i32"), age);
  const before = flatRows(e, ring);
  const written = e.takeRows(flatRows(e, rows), e.scalar("maximum", row, 0));
  const isWritten = e.broadcast(e.compareTo("GE", row, 0), shapeOf(before), [0, 1]);
  return [e.reshape(e.select(isWritten, written, before), shapeOf(ring))];
}
