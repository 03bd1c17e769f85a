/** @file nn.shift_rows over strided rows: whole strided slices change places; rows move by one in those that change their group alone. */
import { type Emitter, shapeOf } from "../ir/emit.js";
import type { Value } from "../ir/operation.js";
import type { OperationOf } from "../ir/ops/index.js";
import { asRows, fromRows } from "./conv/rows.js";
import { nextSlice, previousSlice, stridedSlices } from "./time-layout.js";

/** Strided rows, moved; undefined for rows in order, for an axis of channels, and where more rows move than a group has tokens. */
export function stridedShift(e: Emitter, op: OperationOf<"nn.shift_rows">): readonly Value[] | undefined {
  const [x, given] = op.operands as [Value, Value];
  const { axis, reverse = false, strided: factor = 1 } = op.attributes;
  const count = shapeOf(given)[axis]!;
  if (factor === 1 || count > factor || axis === shapeOf(x).length - 1) return undefined;
  const slices = stridedSlices(e, asRows(e, x, axis, 1), factor);
  const edge = asRows(e, given, axis, 1);
  const edgeRow = (i: number): Value => e.slice(edge, 1, i, i + 1);
  const later = (i: number): Value =>
    i >= count ? slices[i - count]! : previousSlice(e, slices[factor + i - count]!, edgeRow(i));
  const earlier = (i: number): Value =>
    i + count < factor
      ? slices[i + count]!
      : nextSlice(e, slices[i + count - factor]!, edgeRow(i + count - factor));
  const moved = e.concat(
    slices.map((_, i) => (reverse ? earlier(i) : later(i))),
    1,
  );
  return [fromRows(e, moved, x, axis)];
}
