/**
 * @file The gradient of nn.linear_scan is the scan in the other direction: of h_t = a_t h_(t-1) + x_t, with g the cotangent of y, the
 * cotangent of x is s_t = g_t + a_(t+1) s_(t+1), that of a is s_t h_(t-1), and that of h0 is a_1 s_1.
 */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Operation, Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { filled, zerosLike } from "../arithmetic.js";
import { tensorType } from "../../ir/types.js";
import { replayMeaning } from "../meaning.js";
import type { BackwardWalk } from "../rule.js";

type Scan = OperationOf<"nn.linear_scan"> & Operation;

/** Rows moved by one along the axis, away from `edge`'s place, which comes first (last with `towardsStart`). */
export const shiftedRows = (
  e: Emitter,
  rows: Value,
  edge: Value,
  axis: number,
  towardsStart: boolean,
): Value =>
  e.builder.create(
    "nn.shift_rows",
    [rows, edge],
    towardsStart ? ({ axis, reverse: true } as const) : { axis },
  ).result;

/** The scan of the cotangents: of x, and the last of them before rounding, f32. */
function reversed(e: Emitter, scan: Scan, cotangents: readonly (Value | undefined)[]): readonly Value[] {
  const [x, a, h0] = scan.operands as readonly [Value, Value, Value];
  const { axis, reverse = false } = scan.attributes;
  const one = shapeOf(x).map((size, i) => (i === axis ? 1 : size));
  const ones = filled(e, tensorType(one, typeOf(a).element), 1);
  const decays = shiftedRows(e, a, ones, axis, !reverse);
  const g = cotangents[0] ?? zerosLike(e, x);
  const last = cotangents[1] ?? zerosLike(e, h0);
  const attributes = reverse ? { axis } : ({ axis, reverse: true } as const);
  return e.builder.create("nn.linear_scan", [g, decays, last], attributes).results;
}

export function scanGradient(
  walk: BackwardWalk,
  scan: Scan,
  cotangents: readonly (Value | undefined)[],
): void {
  const { e } = walk;
  const [x, a, h0] = scan.operands as readonly [Value, Value, Value];
  const { axis, strided = 1, reverse: isReverse = false } = scan.attributes;
  const time = shapeOf(x)[axis]!;
  if (strided !== 1 || time === 0) {
    replayMeaning(walk, scan, cotangents);
    return;
  }
  const [s, first] = reversed(e, scan, cotangents) as readonly [Value, Value];
  const one = shapeOf(x).map((size, i) => (i === axis ? 1 : size));
  const { element } = typeOf(x);
  walk.give(x, () => s);
  walk.give(a, () => {
    const before = e.convert(e.reshape(h0, one), element);
    const states = shiftedRows(e, scan.results[0]!, before, axis, isReverse);
    return e.mul(s, states);
  });
  walk.give(h0, () => {
    const start = isReverse ? time - 1 : 0;
    const decay = e.reshape(e.slice(a, axis, start, start + 1), shapeOf(h0));
    return e.mul(e.convert(decay, "f32"), first);
  });
}
