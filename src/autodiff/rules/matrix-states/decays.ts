/**
 * @file Decays between tokens of a chunk, and the gradient of their logarithms. These are sums over the tokens between two, never
 * differences of sums: no exponential is above 1, nothing cancels, and -inf, which forgets, is a number as any other.
 */
import { type Emitter, shapeOf } from "../../../ir/emit.js";
import type { Value } from "../../../ir/operation.js";
import { type BlockDecays, blockDecays } from "../../../lowering/matrix-states/pairs.js";

/** Logarithms of the decays within blocks of 1, 2, 4 ... tokens, up to the chunk; all [b, c, k]. @param logs [b, c, k] */
export function levelsOf(e: Emitter, logs: Value): readonly BlockDecays[] {
  const shape = shapeOf(logs);
  const [b, c, k] = shape as [number, number, number];
  const flat = (x: Value): Value => e.reshape(x, shape);
  return blockDecays(e, e.reshape(logs, [b, 1, c, k]), c).map(({ size, upTo, before, after }) => ({
    size,
    upTo: flat(upTo),
    before: flat(before),
    after: flat(after),
  }));
}

/** Where a token stands in the second of two neighbouring blocks of `size` tokens, a power of two. */
export function inSecond(e: Emitter, shape: readonly number[], dim: number, size: number): Value {
  const tokens = e.iota(shape, dim);
  return e.compareTo("NE", e.and(tokens, e.fill(size, shape, "i32")), 0);
}

/** Cotangents of the logarithms of a level, each [b, c, k]. */
export interface LogCotangents {
  readonly upTo: Value;
  readonly before: Value;
  readonly after: Value;
}

/**
 * The cotangent of the logarithms of the tokens.
 * @param whole those of the chunk's own level
 * @param ofPairs what the pairs of two neighbouring blocks add, by the blocks' sizes and the kinds of rows and columns: for rows in the
 *   second, for columns in the first
 */
export function logCotangent(
  e: Emitter,
  whole: LogCotangents,
  ofPairs: ReadonlyMap<number, readonly Value[]>,
): Value {
  const shape = shapeOf(whole.upTo);
  const [b, c, k] = shape as [number, number, number];
  const none = e.fill(0, shape, "f32");
  let { upTo, before, after } = whole;
  for (let size = c / 2; size >= 1; size /= 2) {
    const isSecond = inSecond(e, shape, 1, size);
    // A block's sum goes to all tokens of its neighbour: what they have of it comes back to the block's last token.
    const halves = [b, c / (2 * size), 2, size, k];
    const given = e.reshape(e.select(isSecond, e.add(upTo, before), after), halves);
    const fromNeighbour = e.broadcast(e.reverse(e.reduce("add", given, 3), 2), halves, [0, 1, 2, 4]);
    const isLast = e.compareTo("EQ", e.iota(halves, 3), size - 1);
    const sums = e.reshape(e.select(isLast, fromNeighbour, e.fill(0, halves, "f32")), shape);
    const [own, reading] = ofPairs.get(size)! as readonly [Value, Value?];
    upTo = e.add(e.add(upTo, sums), e.select(isSecond, own, none));
    if (reading !== undefined) before = e.add(before, e.select(isSecond, reading, none));
    after = e.add(after, e.select(isSecond, none, reading === undefined ? own : e.add(own, reading)));
  }
  return upTo;
}
