/** @file Meaning of nn.causal_conv1d: taps that do not reach across the start of a document (Griffin paper, section 2.4). */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { toStrided, toOrdered } from "../time-layout.js";
import { type ConvInputs, newTail, startsWithin, zeroWhere } from "./conv-rows.js";
import { stridedConv1d } from "./strided-conv.js";

/** Which axis of [.., t, .., c] (or [.., t, ..] without channels) stands where when time comes just before the channels. */
const timeLate = (rank: number, axis: number, channelAxes: 0 | 1): readonly number[] => {
  const tokens = Array.from({ length: rank - channelAxes }, (_, i) => i);
  return [...tokens.filter((i) => i !== axis), axis, ...(channelAxes === 1 ? [rank - 1] : [])];
};

/** x [.., t, .., c] as [outer, t, c]; without channels [.., t, ..] as [outer, t]. */
function asRows(e: Emitter, x: Value, axis: number, channelAxes: 0 | 1): Value {
  const moved = e.transpose(x, timeLate(shapeOf(x).length, axis, channelAxes));
  const inner = shapeOf(moved).slice(-1 - channelAxes);
  const outer = shapeOf(moved).slice(0, -1 - channelAxes);
  return e.reshape(moved, [outer.reduce((product, size) => product * size, 1), ...inner]);
}

/** Rows [outer, t, c] in the shape of `like` [.., t, .., c]: undoes `asRows`. */
function fromRows(e: Emitter, rows: Value, like: Value, axis: number): Value {
  const shape = shapeOf(like);
  const order = timeLate(shape.length, axis, 1);
  const moved = e.reshape(
    rows,
    order.map((i) => shape[i]!),
  );
  return e.transpose(
    moved,
    shape.map((_, i) => order.indexOf(i)),
  );
}

/** Strided rows are convolved slice by slice, where a group of tokens holds all taps. */
export function causalConv1d(e: Emitter, op: OperationOf<"nn.causal_conv1d">): readonly Value[] {
  const { axis, strided: factor = 1 } = op.attributes;
  const [x, w, bias, segmentPos, tail] = op.operands as [Value, Value, Value, Value, Value];
  const inputs: ConvInputs = {
    x: asRows(e, x, axis, 1),
    w,
    bias,
    segmentPos: asRows(e, segmentPos, axis, 0),
    tail: asRows(e, tail, axis, 1),
  };
  const isSliced = factor > 1 && factor >= shapeOf(w)[1]!;
  const [y, last] = (isSliced ? stridedConv1d(e, inputs, factor) : orderedConv1d(e, inputs, factor)) as [
    Value,
    Value,
  ];
  return [fromRows(e, y, x, axis), fromRows(e, last, tail, axis)];
}

function orderedConv1d(e: Emitter, inputs: ConvInputs, factor: number): readonly Value[] {
  const [y, last] = conv1d(e, {
    ...inputs,
    x: toOrdered(e, inputs.x, factor),
    segmentPos: toOrdered(e, inputs.segmentPos, factor),
  }) as [Value, Value];
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
