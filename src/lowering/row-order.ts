/** @file Rows of tokens, interleaved or in order: token t of T stands in row (t mod n) T/n + t div n, n slabs of T/n rows. */
import type { Value } from "../ir/operation.js";
import { type Emitter, shapeOf } from "./emit.js";

/** x [b, t, ..] with rows cut into `outer` by `inner`, and those two swapped. */
function swapRows(e: Emitter, x: Value, outer: number, inner: number): Value {
  const [batch, , ...rest] = shapeOf(x) as [number, number, ...number[]];
  const cut = e.reshape(x, [batch, outer, inner, ...rest]);
  return e.reshape(e.transpose(cut, [0, 2, 1, ...rest.map((_, i) => i + 3)]), shapeOf(x));
}

/** x [b, t, ..] in order to interleaved. */
export const toInterleaved = (e: Emitter, x: Value, ways: number): Value =>
  ways === 1 ? x : swapRows(e, x, shapeOf(x)[1]! / ways, ways);

/** x [b, t, ..] interleaved to in order. */
export const toOrdered = (e: Emitter, x: Value, ways: number): Value =>
  ways === 1 ? x : swapRows(e, x, ways, shapeOf(x)[1]! / ways);

/** The slabs of x [b, t, ..]: slab i holds the tokens i, i + n, i + 2n ... */
export function slabsOf(e: Emitter, x: Value, ways: number): readonly Value[] {
  const rows = shapeOf(x)[1]! / ways;
  return Array.from({ length: ways }, (_, i) => e.slice(x, 1, i * rows, (i + 1) * rows));
}

/** The slab one stretch earlier: its rows moved down by one, `first` [b, 1, ..] (zeros without one) on top. */
export function earlierSlab(e: Emitter, slab: Value, first?: Value): Value {
  const rows = shapeOf(slab)[1]!;
  const kept = e.slice(slab, 1, 0, rows - 1);
  return first === undefined ? e.pad(kept, 1, 1, 0, 0) : e.concat([first, kept], 1);
}
