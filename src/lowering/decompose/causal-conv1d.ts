/** @file Meaning of nn.causal_conv1d: taps that do not reach across the start of a document (Griffin paper, section 2.4). */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { elementCount } from "../../ir/types.js";
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

/** The sum of values [.., c] over all their tokens, [c]: added up in f32, rounded once. */
export function sumOfTokens(e: Emitter, values: Value): Value {
  const shape = shapeOf(values);
  const rows = e.reshape(e.convert(values, "f32"), [elementCount(shape.slice(0, -1)), shape.at(-1)!]);
  return e.convert(e.reduce("add", rows, 0), typeOf(values).element);
}

/** What a convolution and its gradient see: all inputs in the order of time, and where documents start, the tail's rows in front. */
function inputsInOrder(
  e: Emitter,
  op: OperationOf<"nn.causal_conv1d"> | OperationOf<"nn.causal_conv1d_gradient">,
) {
  const { axis, strided: factor = 1 } = op.attributes;
  const [given, w, , givenPos, tail] = op.operands as [Value, Value, Value, Value, Value];
  const x = toOrdered(e, given, factor, axis);
  const segmentPos = toOrdered(e, givenPos, factor, axis);
  const shape = shapeOf(x);
  const [time, channels] = [shape[axis]!, shape.length - 1];
  const taps = shapeOf(w)[1]!;
  const prefixed = e.concat([tail, x], axis);
  // Rows of the tail belong to the document that was open before; it was cleared where it belonged to an earlier one.
  const before = e.fill(0, shapeOf(tail).slice(0, -1), "i1");
  const starts = e.concat([before, e.compareTo("EQ", segmentPos, 0)], axis);
  /** Of the s tokens up to each: whether one begins a document, so that what lies s before it is not seen. */
  const hidden = (s: number): Value | undefined => startsWithin(e, starts, { axis, from: taps - 1, time }, s);
  /** The tap that meets the inputs of s tokens ago, for all tokens. */
  const tap = (s: number): Value =>
    e.broadcast(e.slice(w, 1, taps - 1 - s, taps - s), shape, [channels, axis]);
  const shifted = (s: number): Value => e.slice(prefixed, axis, taps - 1 - s, taps - 1 - s + time);
  return { shape, time, channels, taps, prefixed, starts, hidden, tap, shifted };
}

/** Taps from the newest to the oldest, bias last, all in x's type: the order of RecurrentGemma's published code. */
export function causalConv1d(e: Emitter, op: OperationOf<"nn.causal_conv1d">): readonly Value[] {
  const { axis, strided: factor = 1 } = op.attributes;
  const [bias, tail] = [op.operands[2]!, op.operands[4]!];
  const { shape, channels, taps, prefixed, starts, hidden, tap, shifted } = inputsInOrder(e, op);
  const terms = Array.from({ length: taps }, (_, s) => e.mul(zeroWhere(e, hidden(s), shifted(s)), tap(s)));
  const y = e.add(terms.reduce(e.add), e.broadcast(bias, shape, [channels]));
  const last = taps === 1 ? tail : newTail(e, prefixed, starts, axis, taps);
  return [toStrided(e, y, factor, axis), last];
}

/** Each input's cotangent is what the tokens after it give back, as far as they see it. */
export function causalConv1dGradient(
  e: Emitter,
  op: OperationOf<"nn.causal_conv1d_gradient">,
): readonly Value[] {
  const { axis, strided: factor = 1 } = op.attributes;
  const g = toOrdered(e, op.operands[5]!, factor, axis);
  const { shape, time, channels, taps, hidden, tap, shifted } = inputsInOrder(e, op);
  const ofTaps = Array.from({ length: taps }, (_, from) => {
    const s = taps - 1 - from;
    const sum = sumOfTokens(e, e.mul(g, zeroWhere(e, hidden(s), shifted(s))));
    return e.reshape(sum, [shape[channels]!, 1]);
  });
  const ofInputs = Array.from({ length: taps }, (_, s) =>
    e.pad(zeroWhere(e, hidden(s), e.mul(g, tap(s))), axis, taps - 1 - s, s, 0),
  ).reduce(e.add);
  return [
    toStrided(e, e.slice(ofInputs, axis, taps - 1, taps - 1 + time), factor, axis),
    e.concat(ofTaps, 1),
    sumOfTokens(e, g),
    e.slice(ofInputs, axis, 0, taps - 1),
  ];
}
