/** @file Inputs of a convolution along any axis as rows [outer, t, c], and back. */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { elementCount } from "../../ir/types.js";

/** Which axis of [.., t, .., c] (or [.., t, ..] without channels) stands where when time comes just before the channels. */
const timeLate = (rank: number, axis: number, channelAxes: 0 | 1): readonly number[] => {
  const tokens = Array.from({ length: rank - channelAxes }, (_, i) => i);
  return [...tokens.filter((i) => i !== axis), axis, ...(channelAxes === 1 ? [rank - 1] : [])];
};

/** x [.., t, .., c] as [outer, t, c]; without channels [.., t, ..] as [outer, t]. */
export function asRows(e: Emitter, x: Value, axis: number, channelAxes: 0 | 1): Value {
  const moved = e.transpose(x, timeLate(shapeOf(x).length, axis, channelAxes));
  const inner = shapeOf(moved).slice(-1 - channelAxes);
  const outer = shapeOf(moved).slice(0, -1 - channelAxes);
  return e.reshape(moved, [elementCount(outer), ...inner]);
}

/** Rows [outer, t, c] in the shape of `like` [.., t, .., c]: undoes `asRows`. */
export function fromRows(e: Emitter, rows: Value, like: Value, axis: number): Value {
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
