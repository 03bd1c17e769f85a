/**
 * @file The strided layout of a time axis, by factor n: token t of T is row (t mod n) T/n + t div n. The rows are n strided slices of
 * T/n rows each; slice i holds the tokens i, i + n, i + 2n ... and n consecutive tokens, a group, lie T/n rows apart.
 */
import type { Value } from "../ir/operation.js";
import { type Emitter, shapeOf } from "../ir/emit.js";

/** x with its rows along `axis` cut into `parts`, and part `at` of them swapped with the one after it. */
function swapParts(e: Emitter, x: Value, parts: readonly number[], at: number, axis = 1): Value {
  const shape = shapeOf(x);
  const cut = [...shape.slice(0, axis), ...parts, ...shape.slice(axis + 1)];
  const first = axis + at;
  const order = cut.map((_, i) => (i === first ? i + 1 : i === first + 1 ? i - 1 : i));
  return e.reshape(e.transpose(e.reshape(x, cut), order), shape);
}

/** x with rows along `axis` in the order of time to strided. */
export const toStrided = (e: Emitter, x: Value, factor: number, axis = 1): Value =>
  factor === 1 ? x : swapParts(e, x, [shapeOf(x)[axis]! / factor, factor], 0, axis);

/** x with strided rows along `axis` to the order of time: the inverse of `toStrided`. */
export const toOrdered = (e: Emitter, x: Value, factor: number, axis = 1): Value =>
  factor === 1 ? x : swapParts(e, x, [factor, shapeOf(x)[axis]! / factor], 0, axis);

/** x [b, t, ..] strided to blocks of `block` consecutive tokens, each block strided by itself. */
export const stridedToBlocks = (e: Emitter, x: Value, block: number, factor: number): Value =>
  factor === 1 ? x : swapParts(e, x, [factor, shapeOf(x)[1]! / block, block / factor], 0);

/** The inverse of `stridedToBlocks`. */
export const blocksToStrided = (e: Emitter, x: Value, block: number, factor: number): Value =>
  factor === 1 ? x : swapParts(e, x, [shapeOf(x)[1]! / block, factor, block / factor], 0);

/** x [b, t, ..] in the order of time to blocks of `block` consecutive tokens, each block strided by itself. */
export const orderedToBlocks = (e: Emitter, x: Value, block: number, factor: number): Value =>
  factor === 1 ? x : swapParts(e, x, [shapeOf(x)[1]! / block, block / factor, factor], 1);

/** The strided slices of x, whose rows lie along `axis`. */
export function stridedSlices(e: Emitter, x: Value, factor: number, axis = 1): readonly Value[] {
  const rows = shapeOf(x)[axis]! / factor;
  return Array.from({ length: factor }, (_, i) => e.slice(x, axis, i * rows, (i + 1) * rows));
}

/** The strided slice of the tokens one group earlier: rows move down by one, `first` [b, 1, ..] (zeros without one) on top. */
export function previousSlice(e: Emitter, slice: Value, first?: Value): Value {
  const rows = shapeOf(slice)[1]!;
  const kept = e.slice(slice, 1, 0, rows - 1);
  return first === undefined ? e.pad(kept, 1, 1, 0, 0) : e.concat([first, kept], 1);
}

/** The strided slice of the tokens one group later: rows move up by one, `last` [b, 1, ..] (zeros without one) below. */
export function nextSlice(e: Emitter, slice: Value, last?: Value): Value {
  const rows = shapeOf(slice)[1]!;
  const kept = e.slice(slice, 1, 1, rows);
  return last === undefined ? e.pad(kept, 1, 0, 1, 0) : e.concat([kept, last], 1);
}
