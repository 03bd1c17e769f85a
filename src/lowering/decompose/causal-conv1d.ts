/** @file Meaning of nn.causal_conv1d: taps that do not reach across the start of a document (Griffin paper, section 2.4). */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { toOrdered, toStrided } from "../time-layout.js";

/** Of `time` rows from row `from` of `starts` [.., rows, ..]: whether any of the `count` rows up to and including each begins a document. */
function startsWithin(
  e: Emitter,
  starts: Value,
  rows: { readonly axis: number; readonly from: number; readonly time: number },
  count: number,
): Value | undefined {
  const { axis, from, time } = rows;
  let any: Value | undefined;
  for (let i = 0; i < count; i++) {
    const shifted = e.slice(starts, axis, from - i, from - i + time);
    any = any === undefined ? shifted : e.or(any, shifted);
  }
  return any;
}

/** `values` [.., c] with zeros where `mask` [..] holds. */
export function zeroWhere(e: Emitter, mask: Value | undefined, values: Value): Value {
  if (mask === undefined) return values;
  const shape = shapeOf(values);
  const tokens = shape.slice(0, -1).map((_, i) => i);
  return e.select(e.broadcast(mask, shape, tokens), e.fill(0, shape, typeOf(values).element), values);
}

/**
 * The last taps - 1 of the inputs [.., taps - 1 + time, c], which have the tail in front; those that a document start separates from what
 * follows are zeros. `starts` [.., taps - 1 + time] tells which of them begin a document.
 */
export function newTail(e: Emitter, inputs: Value, starts: Value, axis: number, taps: number): Value {
  const count = shapeOf(inputs)[axis]!;
  const rows = Array.from({ length: taps - 1 }, (_, i) => {
    const at = count - (taps - 1) + i;
    const input = e.slice(inputs, axis, at, at + 1);
    const later = { axis, from: count - 1, time: 1 };
    return zeroWhere(e, startsWithin(e, starts, later, count - 1 - at), input);
  });
  return e.concat(rows, axis);
}

/** Taps from the newest to the oldest, bias last, all in x's type: the order of RecurrentGemma's published code. */
export function causalConv1d(e: Emitter, op: OperationOf<"nn.causal_conv1d">): readonly Value[] {
  const { axis, strided: factor = 1 } = op.attributes;
  const [given, w, bias, givenPos, tail] = op.operands as [Value, Value, Value, Value, Value];
  const x = toOrdered(e, given, factor, axis);
  const segmentPos = toOrdered(e, givenPos, factor, axis);
  const shape = shapeOf(x);
  const [time, channels] = [shape[axis]!, shape.length - 1];
  const taps = shapeOf(w)[1]!;
  const prefixed = e.concat([tail, x], axis);
  // Rows of the tail belong to the document that was open before; it was cleared where it belonged to an earlier one.
  const before = e.fill(0, shapeOf(tail).slice(0, -1), "i1");
  const starts = e.concat([before, e.compareTo("EQ", segmentPos, 0)], axis);

  let sum: Value | undefined;
  for (let s = 0; s < taps; s++) {
    const from = taps - 1 - s;
    const shifted = e.slice(prefixed, axis, from, from + time);
    const visible = zeroWhere(e, startsWithin(e, starts, { axis, from: taps - 1, time }, s), shifted);
    const term = e.mul(visible, e.broadcast(e.slice(w, 1, from, from + 1), shape, [channels, axis]));
    sum = sum === undefined ? term : e.add(sum, term);
  }
  const y = e.add(sum!, e.broadcast(bias, shape, [channels]));
  const last = taps === 1 ? tail : newTail(e, prefixed, starts, axis, taps);
  return [toStrided(e, y, factor, axis), last];
}
