/** @file Rows of tokens, interleaved or in order: token t of T stands in row (t mod n) T/n + t div n, n slabs of T/n rows. */
import type { Value } from "../ir/operation.js";
import { type Emitter, shapeOf } from "../ir/emit.js";

/** x [b, t, ..] with rows cut into `parts`, and part `at` of them swapped with the one after it. */
function swapParts(e: Emitter, x: Value, parts: readonly number[], at: number): Value {
  const [batch, , ...rest] = shapeOf(x) as [number, number, ...number[]];
  const cut = [batch, ...parts, ...rest];
  const order = cut.map((_, i) => (i === at + 1 ? i + 1 : i === at + 2 ? i - 1 : i));
  return e.reshape(e.transpose(e.reshape(x, cut), order), shapeOf(x));
}

/** x [b, t, ..] in order to interleaved. */
export const toInterleaved = (e: Emitter, x: Value, ways: number): Value =>
  ways === 1 ? x : swapParts(e, x, [shapeOf(x)[1]! / ways, ways], 0);

/** x [b, t, ..] interleaved to in order. */
export const toOrdered = (e: Emitter, x: Value, ways: number): Value =>
  ways === 1 ? x : swapParts(e, x, [ways, shapeOf(x)[1]! / ways], 0);

/** x [b, t, ..] interleaved to blocks of consecutive tokens, each block interleaved by itself. */
export const toBlocks = (e: Emitter, x: Value, block: number, ways: number): Value =>
  ways === 1 ? x : swapParts(e, x, [ways, shapeOf(x)[1]! / block, block / ways], 0);

/** The other way round. */
export const fromBlocks = (e: Emitter, x: Value, block: number, ways: number): Value =>
  ways === 1 ? x : swapParts(e, x, [shapeOf(x)[1]! / block, ways, block / ways], 0);

/** x [b, t, ..] in order to blocks of consecutive tokens, each block interleaved by itself. */
export const interleaveBlocks = (e: Emitter, x: Value, block: number, ways: number): Value =>
  ways === 1 ? x : swapParts(e, x, [shapeOf(x)[1]! / block, block / ways, ways], 1);

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
