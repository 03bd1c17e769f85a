/** @file Meaning of griffin.causal_conv1d: taps that do not reach across the start of a document (spec 2.5, 8.3). */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, shapeOf, typeOf } from "../emit.js";

/** Whether any of the `count` positions up to and including `last` (from the end of `starts`' padding) begins a document. */
function startsWithin(
  e: Emitter,
  padded: Value,
  from: number,
  time: number,
  count: number,
): Value | undefined {
  let any: Value | undefined;
  for (let i = 0; i < count; i++) {
    const shifted = e.slice(padded, 1, from - i, from - i + time);
    any = any === undefined ? shifted : e.or(any, shifted);
  }
  return any;
}

/** `values` [b, t, c] with zeros where `mask` [b, t] holds. */
function zeroWhere(e: Emitter, mask: Value | undefined, values: Value): Value {
  if (mask === undefined) return values;
  const shape = shapeOf(values);
  return e.select(e.broadcast(mask, shape, [0, 1]), e.fill(0, shape, typeOf(values).element), values);
}

/** Taps from the newest to the oldest, bias last, all in x's type: the reference's order. */
export function causalConv1d(e: Emitter, op: OperationOf<"griffin.causal_conv1d">): readonly Value[] {
  const [x, w, bias, segmentPos, tail] = op.operands as [Value, Value, Value, Value, Value];
  const shape = shapeOf(x);
  const [batch, time, channels] = shape as [number, number, number];
  const taps = shapeOf(w)[1]!;
  const prefixed = e.concat([tail, x], 1);
  // Rows of the tail belong to the document that was open before; it was cleared where it belonged to an earlier one.
  const before = e.fill(0, [batch, taps - 1], "i1");
  const starts = e.concat([before, e.compareTo("EQ", segmentPos, 0)], 1);

  let sum: Value | undefined;
  for (let s = 0; s < taps; s++) {
    const from = taps - 1 - s;
    const shifted = e.slice(prefixed, 1, from, from + time);
    const visible = zeroWhere(e, startsWithin(e, starts, taps - 1, time, s), shifted);
    const weight = e.reshape(e.slice(w, 1, from, from + 1), [channels]);
    const term = e.mul(visible, e.broadcast(weight, shape, [2]));
    sum = sum === undefined ? term : e.add(sum, term);
  }
  const y = e.add(sum!, e.broadcast(bias, shape, [2]));
  return [y, taps === 1 ? tail : newTail(e, prefixed, starts, time, taps)];
}

/** The last k-1 inputs; those that a document start separates from what follows are zeros. */
function newTail(e: Emitter, prefixed: Value, starts: Value, time: number, taps: number): Value {
  const rows: Value[] = [];
  for (let row = 0; row < taps - 1; row++) {
    const input = e.slice(prefixed, 1, time + row, time + row + 1);
    rows.push(zeroWhere(e, startsWithin(e, starts, time + taps - 2, 1, taps - 2 - row), input));
  }
  return e.concat(rows, 1);
}
