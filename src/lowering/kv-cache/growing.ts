/**
 * @file nn.kv_cache_update of a growing cache in place: the rows are shifted so that each meets its slot, and written by one dynamic update
 * slice a sequence. What lies before position 0 or beyond the cache is not written. The cache keeps its shape: XLA copies what is reshaped
 * before and after it is updated.
 */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";

/** Most sequences that are written one by one; of more, each slot picks its row, which reads and writes the whole cache. */
const WRITTEN_ONE_BY_ONE = 8;

/** Rows [1, t, ..] of positions from `first`, a scalar, written to sequence `b` of a cache [batch, w, ..]. */
function put(e: Emitter, cache: Value, b: number, rows: Value, first: Value): Value {
  const [, slots, ...rest] = shapeOf(cache) as [number, number, ...number[]];
  const time = shapeOf(rows)[1]!;
  const count = Math.min(time, slots);
  const zero = e.fill(0, [], "i32");
  // `count` slots from `start` take the rows from `shift` on, where there are any.
  const start = e.clamp(0, first, slots - count);
  const shift = e.clamp(-count, e.sub(start, first), time);
  const zeros = rest.map(() => zero);
  const starts = [e.fill(b, [], "i32"), start, ...zeros];
  const size = [1, count, ...rest];
  const between = e.pad(rows, 1, count, count, 0);
  const shifted = e.dynamicSlice(between, [zero, e.scalar("add", shift, count), ...zeros], size);
  const row = e.add(e.iota([count], 0), e.broadcast(shift, [count], []));
  const isRow = e.and(e.compareTo("GE", row, 0), e.compareTo("LT", row, time));
  const before = e.dynamicSlice(cache, starts, size);
  return e.dynamicUpdateSlice(cache, e.select(e.broadcast(isRow, size, [1]), shifted, before), starts);
}

/** The cache after the rows are written; undefined for a ring, and where the meaning is as good. */
export function growingUpdate(
  e: Emitter,
  op: OperationOf<"nn.kv_cache_update">,
): readonly Value[] | undefined {
  if (op.attributes.growing !== true) return undefined;
  const [cache, rows, segmentPos] = op.operands as [Value, Value, Value];
  const [batch, time, ...rest] = shapeOf(rows) as [number, number, ...number[]];
  const last = e.convert(e.slice(segmentPos, 1, time - 1, time), "i32");
  // A scatter writes no row whose slot is not there.
  if (time === 1 && batch > 1)
    return [e.putRows(cache, e.reshape(last, [batch]), e.reshape(rows, [batch, ...rest]))];
  if (batch > WRITTEN_ONE_BY_ONE) return undefined;
  const first = e.scalar("add", last, 1 - time);
  let written = cache;
  for (let b = 0; b < batch; b++) {
    const own = (values: Value): Value => e.slice(values, 0, b, b + 1);
    written = put(e, written, b, own(rows), e.reshape(own(first), []));
  }
  return [written];
}
