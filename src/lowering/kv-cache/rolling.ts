/**
 * @file nn.kv_cache_update without picking rows one by one: one token is written in place; of several, the cache is rolled into the order of
 * positions, cut, joined with them, and rolled back.
 */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { flatRows } from "../decompose/kv-cache-update.js";
import { floorMod } from "../floor-mod.js";

/** One token: its row [b, 1, ..] is written in place to the ring [b, w, ..], whose shape stays: XLA copies what is reshaped around an update. */
function putOne(e: Emitter, ring: Value, row: Value, slot: Value): Value {
  const [batch, , ...rest] = shapeOf(ring) as [number, number, ...number[]];
  if (batch > 1) return e.putRows(ring, slot, e.reshape(row, [batch, ...rest]));
  const zero = e.fill(0, [], "i32");
  return e.dynamicUpdateSlice(ring, row, [zero, e.reshape(slot, []), ...rest.map(() => zero)]);
}

/** Most rows of a batch that are rolled one by one: a dynamic slice each, where one gather costs the TPU ten times more. */
const ROLLED_ONE_BY_ONE = 8;

/** Row (i + shift[b]) mod n of x [b, n, c] at i; shift [b] in [0, n). */
function roll(e: Emitter, x: Value, shift: Value): Value {
  const [batch, slots, channels] = shapeOf(x) as [number, number, number];
  // What has no elements is the same in any order, and there would be no rows to join.
  if (shapeOf(x).includes(0)) return x;
  if (batch > ROLLED_ONE_BY_ONE) {
    const shape = [batch, slots];
    const index = e.scalar("remainder", e.add(e.broadcast(shift, shape, [0]), e.iota(shape, 1)), slots);
    return e.takeRows(x, index);
  }
  const twice = e.concat([x, x], 1);
  const zero = e.fill(0, [], "i32");
  const rolled = Array.from({ length: batch }, (_, b) => {
    const start = e.reshape(e.slice(shift, 0, b, b + 1), []);
    return e.dynamicSlice(twice, [e.fill(b, [], "i32"), start, zero], [1, slots, channels]);
  });
  return e.concat(rolled, 0);
}

/** The ring's rows from the oldest position to the newest: slot (n + i) mod w comes i-th. */
export const ringInOrder = (e: Emitter, ring: Value, numTokens: Value): Value =>
  roll(e, ring, e.scalar("remainder", numTokens, shapeOf(ring)[1]!));

/** Rows from the oldest to the newest, which has position `last`, in their slots. */
const inSlots = (e: Emitter, rows: Value, last: Value): Value => {
  const slots = shapeOf(rows)[1]!;
  return roll(e, rows, floorMod(e, e.sub(e.fill(-1, shapeOf(last), "i32"), last), slots));
};

/**
 * Several tokens: the last w of [ring in order | rows], each in its slot. Where a document began among the rows, what the
 * ring held before lands in slots of negative positions, which no query sees.
 */
function written(e: Emitter, ring: Value, rows: Value, segmentPos: Value): Value {
  const [batch, slots] = shapeOf(ring) as [number, number];
  if (shapeOf(ring).includes(0)) return ring;
  const time = shapeOf(rows)[1]!;
  const last = e.reshape(e.slice(segmentPos, 1, time - 1, time), [batch]);
  if (time >= slots) return inSlots(e, e.slice(rows, 1, time - slots, time), last);
  const before = floorMod(e, e.scalar("add", last, 1 - time), slots);
  const kept = e.slice(roll(e, ring, before), 1, time, slots);
  return inSlots(e, e.concat([kept, rows], 1), last);
}

/** The ring after the rows are written; undefined for a growing cache, whose positions have slots of their own. */
export function rollingUpdate(
  e: Emitter,
  op: OperationOf<"nn.kv_cache_update">,
): readonly Value[] | undefined {
  if (op.attributes.growing === true) return undefined;
  const [ring, rows, segmentPos] = op.operands as [Value, Value, Value];
  const positions = e.convert(segmentPos, "i32");
  const [batch, slots] = shapeOf(ring) as [number, number];
  if (shapeOf(rows)[1] === 1 && !shapeOf(ring).includes(0))
    return [putOne(e, ring, rows, floorMod(e, e.reshape(positions, [batch]), slots))];
  const result = written(e, flatRows(e, ring), flatRows(e, rows), positions);
  return [e.reshape(result, shapeOf(ring))];
}
