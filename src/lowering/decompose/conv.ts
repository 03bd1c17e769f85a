/** @file Meaning of nn.causal_conv1d: taps that do not reach across the start of a document (spec 2.5, 8.3). */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { toStrided, toOrdered } from "../time-layout.js";
import { type ConvInputs, newTail, startsWithin, zeroWhere } from "./conv-rows.js";
import { stridedConv1d } from "./strided-conv.js";

/** Strided rows are convolved slice by slice, where a group of tokens holds all taps. */
export function causalConv1d(e: Emitter, op: OperationOf<"nn.causal_conv1d">): readonly Value[] {
  const { strided: factor = 1 } = op.attributes;
  const [x, w, bias, segmentPos, tail] = op.operands as [Value, Value, Value, Value, Value];
  if (factor > 1 && factor >= shapeOf(w)[1]!)
    return stridedConv1d(e, { x, w, bias, segmentPos, tail }, factor);
  const inOrder = { x: toOrdered(e, x, factor), w, bias, segmentPos: toOrdered(e, segmentPos, factor), tail };
  const [y, last] = conv1d(e, inOrder) as [Value, Value];
  return [toStrided(e, y, factor), last];
}

/** Taps from the newest to the oldest, bias last, all in x's type: the reference's order. */
function conv1d(e: Emitter, { x, w, bias, segmentPos, tail }: ConvInputs): readonly Value[] {
  const shape = shapeOf(x);
  const [batch, time] = shape as [number, number];
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
    const term = e.mul(visible, e.broadcast(e.slice(w, 1, from, from + 1), shape, [2, 1]));
    sum = sum === undefined ? term : e.add(sum, term);
  }
  const y = e.add(sum!, e.broadcast(bias, shape, [2]));
  return [y, taps === 1 ? tail : newTail(e, prefixed, starts, time, taps)];
}
