/** @file Meaning of nn.shift_rows: rows along an axis move by as many as edge has, which takes the places that become free. */
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { toOrdered, toStrided } from "../time-layout.js";

export function shiftRows(e: Emitter, op: OperationOf<"nn.shift_rows">): readonly Value[] {
  const [given, edge] = op.operands as [Value, Value];
  const { axis, reverse = false, strided: factor = 1 } = op.attributes;
  const x = toOrdered(e, given, factor, axis);
  const [time, count] = [shapeOf(x)[axis]!, shapeOf(edge)[axis]!];
  const moved = reverse
    ? e.concat([e.slice(x, axis, count, time), edge], axis)
    : e.concat([edge, e.slice(x, axis, 0, time - count)], axis);
  return [toStrided(e, moved, factor, axis)];
}
