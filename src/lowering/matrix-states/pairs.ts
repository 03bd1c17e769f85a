/**
 * @file What one token of a chunk finds of another: row_t . column_s, decayed from s to t, for all pairs s <= t of a chunk. Logarithms of
 * decays are added up from s to the border of a block and from there to t, never subtracted: no exponential is above 1, nothing cancels,
 * and -inf, which forgets, is a number as any other.
 */
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";

/** Sums of log decays within blocks of `size` tokens, all [o, n, tokens, d]. */
export interface BlockDecays {
  readonly size: number;
  /** From the block's beginning up to each token, with it. */
  readonly upTo: Value;
  /** The same without the token's own. */
  readonly before: Value;
  /** What comes after each token, up to the block's end. */
  readonly after: Value;
}

/** Two neighbouring blocks each: x [o, n, tokens, ..] as [o, n, pairs, 2, size, ..]. */
function inPairs(e: Emitter, x: Value, size: number): Value {
  const [o, n, tokens, ...rest] = shapeOf(x) as [number, number, number, ...number[]];
  return e.reshape(x, [o, n, tokens / (2 * size), 2, size, ...rest]);
}

const half = (e: Emitter, pairs: Value, which: 0 | 1): Value => e.slice(pairs, 3, which, which + 1);

/** Decays of blocks of 1, 2, 4 ... `chunk` tokens; log [o, n, tokens, d]. */
export function blockDecays(e: Emitter, log: Value, chunk: number): readonly BlockDecays[] {
  const shape = shapeOf(log);
  const none = e.fill(0, shape, "f32");
  const levels: BlockDecays[] = [{ size: 1, upTo: log, before: none, after: none }];
  for (let level = levels[0]!; level.size < chunk; level = levels.at(-1)!) {
    const { size } = level;
    const [upTo, before, after] = [level.upTo, level.before, level.after].map((x) => inPairs(e, x, size)) as [
      Value,
      Value,
      Value,
    ];
    const total = e.slice(upTo, 4, size - 1, size);
    const all = (which: 0 | 1): Value => {
      const one = half(e, total, which);
      return e.broadcast(one, shapeOf(half(e, upTo, which)), [0, 1, 2, 3, 4, 5]);
    };
    const joined = (first: Value, second: Value): Value => e.reshape(e.concat([first, second], 3), shape);
    const [first, second] = [all(0), all(1)];
    levels.push({
      size: 2 * size,
      upTo: joined(half(e, upTo, 0), e.add(half(e, upTo, 1), first)),
      before: joined(half(e, before, 0), e.add(half(e, before, 1), first)),
      after: joined(e.add(half(e, after, 0), second), half(e, after, 1)),
    });
  }
  return levels;
}

/** Blocks [o, n, blocks, size, size] of matrices below the diagonal, from those of half the size and what lies between them. */
function grown(e: Emitter, blocks: Value, between: Value, filler: number): Value {
  const [o, n, count, size] = shapeOf(blocks) as [number, number, number, number];
  const pairs = e.reshape(blocks, [o, n, count / 2, 2, size, size]);
  const corner = (which: 0 | 1): Value => e.reshape(half(e, pairs, which), [o, n, count / 2, size, size]);
  const top = e.pad(corner(0), 4, 0, size, filler);
  return e.concat([top, e.concat([between, corner(1)], 4)], 3);
}

/** One of the two halves of all pairs, [o, n, pairs, size, d]. */
function halfRows(e: Emitter, x: Value, size: number, which: 0 | 1): Value {
  const pairs = inPairs(e, x, size);
  const [o, n, count, , , d] = shapeOf(pairs) as [number, number, number, number, number, number];
  return e.reshape(half(e, pairs, which), [o, n, count, size, d]);
}

/** Which pairs count: s <= t, decayed by the tokens after s up to t; or s < t, decayed by those between them. */
export type Which = "to each" | "before each";

/** exp of the decays between tokens of a chunk [o, n, chunks, c, c], where they have one number a token; 0 above the diagonal. */
function decayMatrix(e: Emitter, levels: readonly BlockDecays[], which: Which): Value {
  const [o, n, tokens] = shapeOf(levels[0]!.upTo) as [number, number, number, number];
  const diagonal = which === "to each" ? 0 : Number.NEGATIVE_INFINITY;
  let logs = e.fill(diagonal, [o, n, tokens, 1, 1], "f32");
  for (const { size, upTo, before, after } of levels.slice(0, -1)) {
    const shape = [o, n, tokens / (2 * size), size, size];
    const to = halfRows(e, which === "to each" ? upTo : before, size, 1);
    const from = halfRows(e, after, size, 0);
    const one = (x: Value): Value => e.reshape(x, shape.slice(0, 4));
    const between = e.add(
      e.broadcast(one(to), shape, [0, 1, 2, 3]),
      e.broadcast(one(from), shape, [0, 1, 2, 4]),
    );
    logs = grown(e, logs, between, Number.NEGATIVE_INFINITY);
  }
  return e.unary("exponential", logs);
}

const MATRICES = {
  batch: [
    [0, 1, 2],
    [0, 1, 2],
  ],
  contract: [[4], [4]],
} as const;

/** All pairs where each channel decays by itself: products of the two halves of blocks, decayed to the border between them. */
function pairsByChannel(
  e: Emitter,
  rows: Value,
  columns: Value,
  levels: readonly BlockDecays[],
  which: Which,
): Value {
  const [o, n, tokens] = shapeOf(rows) as [number, number, number, number];
  const own = e.reshape(e.reduce("add", e.mul(rows, columns), 3), [o, n, tokens, 1, 1]);
  let products = which === "to each" ? own : e.fill(0, shapeOf(own), "f32");
  for (const { size, upTo, before, after } of levels.slice(0, -1)) {
    const decayed = (x: Value, log: Value): Value => e.mul(x, e.unary("exponential", log));
    const to = halfRows(e, decayed(rows, which === "to each" ? upTo : before), size, 1);
    const from = halfRows(e, decayed(columns, after), size, 0);
    products = grown(e, products, e.dot(to, from, MATRICES), 0);
  }
  return products;
}

/**
 * row_t . column_s, decayed, for the pairs of each chunk: [o, n, chunks, c, c], 0 for other pairs. Rows and columns [o, n, tokens, k]; where
 * decays have one number a token, both may have one head for all n.
 */
export function pairs(
  e: Emitter,
  rows: Value,
  columns: Value,
  levels: readonly BlockDecays[],
  which: Which,
): Value {
  const { size, upTo } = levels.at(-1)!;
  const [o, n, tokens, d] = shapeOf(upTo) as [number, number, number, number];
  const [, heads, , k] = shapeOf(rows) as [number, number, number, number];
  if (d !== 1) return pairsByChannel(e, rows, columns, levels, which);
  const chunks = tokens / size;
  const cut = (x: Value): Value => e.reshape(x, [o, heads, chunks, size, k]);
  const products = e.dot(cut(rows), cut(columns), MATRICES);
  const shape = [o, n, chunks, size, size];
  const all =
    heads === n ? products : e.broadcast(e.reshape(products, [o, chunks, size, size]), shape, [0, 2, 3, 4]);
  return e.mul(all, decayMatrix(e, levels, which));
}
