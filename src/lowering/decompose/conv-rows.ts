/** @file What the forms of nn.causal_conv1d share: inputs by name, taps that end at the start of a document, the new tail. */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";

/** Of `time` rows from row `from` of `padded` [b, rows]: whether any of the `count` rows up to and including each begins a document. */
export function startsWithin(
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
export function zeroWhere(e: Emitter, mask: Value | undefined, values: Value): Value {
  if (mask === undefined) return values;
  const shape = shapeOf(values);
  return e.select(e.broadcast(mask, shape, [0, 1]), e.fill(0, shape, typeOf(values).element), values);
}

/** The operands by name: x [b, t, e], w [e, taps], bias [e], segment_pos [b, t], tail [b, taps - 1, e]. */
export interface ConvInputs {
  readonly x: Value;
  readonly w: Value;
  readonly bias: Value;
  readonly segmentPos: Value;
  readonly tail: Value;
}

/** The last k-1 inputs; those that a document start separates from what follows are zeros. */
export function newTail(e: Emitter, prefixed: Value, starts: Value, time: number, taps: number): Value {
  const rows: Value[] = [];
  for (let row = 0; row < taps - 1; row++) {
    const input = e.slice(prefixed, 1, time + row, time + row + 1);
    rows.push(zeroWhere(e, startsWithin(e, starts, time + taps - 2, 1, taps - 2 - row), input));
  }
  return e.concat(rows, 1);
}
