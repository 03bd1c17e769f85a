/** @file Meaning of griffin.ring_update: the row of position p goes to slot p mod w. */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, shapeOf } from "../emit.js";

/** `a mod n` for a possibly negative a. */
export function floorMod(e: Emitter, a: Value, n: number): Value {
  const remainder = e.scalar("remainder", a, n);
  return e.select(e.compareTo("LT", remainder, 0), e.scalar("add", remainder, n), remainder);
}

/** One token: its row is written in place. */
function putOne(e: Emitter, ring: Value, row: Value, slot: Value): Value {
  const [batch, , channels] = shapeOf(ring) as [number, number, number];
  if (batch > 1) return e.putRows(ring, slot, e.reshape(row, [batch, channels]));
  const zero = e.fill(0, [], "i32");
  return e.dynamicUpdateSlice(ring, row, [zero, e.reshape(slot, []), zero]);
}

/**
 * Slot i takes the newest row whose position is i mod w: the one (last - i) mod w before the end; where the rows do not
 * reach that far back it keeps what it holds. One gather over [ring | rows].
 */
export function ringUpdate(e: Emitter, op: OperationOf<"griffin.ring_update">): readonly Value[] {
  const [ring, rows, segmentPos] = op.operands as [Value, Value, Value];
  const [batch, slots] = shapeOf(ring) as [number, number];
  const time = shapeOf(rows)[1]!;
  const last = e.reshape(e.slice(segmentPos, 1, time - 1, time), [batch]);
  if (time === 1) return [putOne(e, ring, rows, floorMod(e, last, slots))];
  const shape = [batch, slots];
  const slot = e.iota(shape, 1);
  const age = floorMod(e, e.sub(e.broadcast(last, shape, [0]), slot), slots);
  const newest = e.sub(e.fill(slots + time - 1, shape, "i32"), age);
  const source = e.select(e.compareTo("LT", age, time), newest, slot);
  return [e.takeRows(e.concat([ring, rows], 1), source)];
}
