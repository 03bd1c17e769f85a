/**
 * @file What tokens of a chunk find of earlier ones, and the gradient. Rows (queries, and of the delta rule what is read) meet columns
 * (keys, and what is written): of two neighbouring blocks of tokens the rows of the second, decayed since it began, and the columns of the
 * first, decayed until it ended. Both lie in one matrix X of tokens, so that X X^T holds all pairs of a level, and one product more is the
 * gradient. Levels of less than half a chunk are computed for all tokens of a half, of which pairs of that level alone are taken.
 */
import { type Emitter, shapeOf } from "../../../ir/emit.js";
import type { Value } from "../../../ir/operation.js";
import type { BlockDecays } from "../../../lowering/matrix-states/pairs.js";
import { inSecond } from "./decays.js";
import { type Holds, meets, where } from "./places.js";

/** Of the tokens of a chunk: one kind of rows and columns, or of the delta rule two. */
export interface TokenRows {
  /** [b, c, k]: those that find their own token; then those that read before it writes. */
  readonly rows: readonly Value[];
  /** [b, c, k] */
  readonly columns: readonly Value[];
  readonly levels: readonly BlockDecays[];
}

/** Pairs of a chunk as they come from products. */
export interface HalfPairs {
  /** Of each half by itself, [b, 2, c / 2, c / 2]. */
  readonly within: Value;
  /** Rows of the second half, columns of the first: [b, c / 2, c / 2]. */
  readonly between: Value;
}

/** By the kind of rows and that of columns. */
export type ByKinds<T> = readonly (readonly T[])[];

/** Rows and columns of a kind on a level. */
interface Level {
  readonly size: number;
  readonly isSecond: Value;
  /** What rows or columns are multiplied by, [b, c, k]. */
  readonly decays: Value;
  /** X, [b, c, k]. */
  readonly decayed: Value;
}

const HALVES = {
  batch: [
    [0, 1],
    [0, 1],
  ],
} as const;

const inHalves = (e: Emitter, x: Value): Value => {
  const [b, c, k] = shapeOf(x) as [number, number, number];
  return e.reshape(x, [b, 2, c / 2, k]);
};

const halfOf = (e: Emitter, x: Value, which: 0 | 1): Value => {
  const half = shapeOf(x)[1]! / 2;
  return e.slice(x, 1, which * half, (which + 1) * half);
};

/** X of each kind. */
function decayedBy(e: Emitter, { rows, columns }: TokenRows, level: BlockDecays): readonly Level[] {
  const { size, upTo, before, after } = level;
  const isSecond = inSecond(e, shapeOf(upTo), 1, size);
  return rows.map((row, kind) => {
    const decays = e.unary("exponential", e.select(isSecond, kind === 0 ? upTo : before, after));
    return { size, isSecond, decays, decayed: e.mul(e.select(isSecond, row, columns[kind]!), decays) };
  });
}

/** A predicate on [b, 2, c / 2, c / 2]. */
const mask = (e: Emitter, shape: readonly number[], holds: Holds): Value =>
  e.broadcast(where(e, shape[2]!, holds), shape, [2, 3]);

const isOwn: Holds = (row, column) => row === column;

/** All pairs of chunks. */
export function pairsOf(e: Emitter, tokens: TokenRows): ByKinds<HalfPairs> {
  const { rows, columns, levels } = tokens;
  const [b, c] = shapeOf(rows[0]!) as [number, number];
  const shape = [b, 2, c / 2, c / 2];
  const small = levels.slice(0, -2).map((level) => decayedBy(e, tokens, level));
  const top = decayedBy(e, tokens, levels.at(-2)!);
  const within = (row: number, column: number): Value => {
    const product = (x: Value, y: Value): Value =>
      e.dot(inHalves(e, x), inHalves(e, y), { ...HALVES, contract: [[3], [3]] });
    const nothing = e.fill(0, shape, "f32");
    // A product of matrices of which the diagonal is taken is faster than sums of products.
    const start =
      row === 0 ? e.select(mask(e, shape, isOwn), product(rows[0]!, columns[column]!), nothing) : nothing;
    return small.reduce(
      (sum, kinds) =>
        e.select(
          mask(e, shape, meets(kinds[0]!.size)),
          product(kinds[row]!.decayed, kinds[column]!.decayed),
          sum,
        ),
      start,
    );
  };
  const between = (row: number, column: number): Value =>
    e.dot(halfOf(e, top[row]!.decayed, 1), halfOf(e, top[column]!.decayed, 0), {
      batch: [[0], [0]],
      contract: [[2], [2]],
    });
  return rows.map((_, row) =>
    columns.map((_, column) => ({ within: within(row, column), between: between(row, column) })),
  );
}

/** Pairs of chunks as one matrix, [b, c, c]: 0 for later columns. */
export function wholePairs(e: Emitter, { within, between }: HalfPairs): Value {
  const [b, , half] = shapeOf(within) as [number, number, number];
  const one = (which: 0 | 1): Value => e.reshape(e.slice(within, 1, which, which + 1), [b, half, half]);
  return e.concat([e.pad(one(0), 2, 0, half, 0), e.concat([between, one(1)], 2)], 1);
}

/** The other way round, for cotangents. */
function partsOf(e: Emitter, whole: Value): HalfPairs {
  const [b, c] = shapeOf(whole) as [number, number];
  const half = c / 2;
  const corner = (row: number, column: number): Value =>
    e.slice(e.slice(whole, 1, row * half, (row + 1) * half), 2, column * half, (column + 1) * half);
  const own = [0, 1].map((i) => e.reshape(corner(i, i), [b, 1, half, half]));
  return { within: e.concat(own, 1), between: corner(1, 0) };
}

/** Cotangents by kinds, all [b, c, k]. */
export interface PairCotangents {
  readonly rows: readonly Value[];
  readonly columns: readonly Value[];
  /** Of the logarithms of each level's decays, by its size. */
  readonly logs: ReadonlyMap<number, readonly Value[]>;
}

const sumOf = (e: Emitter, parts: readonly Value[]): Value => parts.reduce((sum, x) => e.add(sum, x));

/** The gradient of what `wholePairs` makes of `pairsOf`. @param given its cotangents, [b, c, c] */
export function pairsGradient(e: Emitter, tokens: TokenRows, given: ByKinds<Value>): PairCotangents {
  const { rows, columns, levels } = tokens;
  const tokenShape = shapeOf(rows[0]!);
  const [b, c] = tokenShape as [number, number];
  const shape = [b, 2, c / 2, c / 2];
  const parts = given.map((row) => row.map((whole) => partsOf(e, whole)));
  const turned = parts.map((row) => row.map(({ within }) => e.transpose(within, [0, 1, 3, 2])));
  const none = e.fill(0, shape, "f32");
  const nothing = e.fill(0, tokenShape, "f32");

  const own = parts[0]!.map(({ within }) => {
    const diagonal = e.reduce("add", e.select(mask(e, shape, isOwn), within, none), 3);
    return e.broadcast(e.reshape(diagonal, [b, c]), tokenShape, [0, 1]);
  });
  const toRows = rows.map((_, kind) =>
    kind === 0
      ? sumOf(
          e,
          own.map((x, column) => e.mul(x, columns[column]!)),
        )
      : nothing,
  );
  const toColumns = own.map((x) => e.mul(x, rows[0]!));
  const logs = new Map<number, readonly Value[]>();
  const add = (kinds: readonly Level[], cotangents: readonly Value[]): void => {
    kinds.forEach(({ isSecond, decays }, kind) => {
      const part = e.mul(cotangents[kind]!, decays);
      toRows[kind] = e.add(toRows[kind]!, e.select(isSecond, part, nothing));
      toColumns[kind] = e.add(toColumns[kind]!, e.select(isSecond, nothing, part));
    });
    logs.set(
      kinds[0]!.size,
      kinds.map(({ decayed }, kind) => e.mul(cotangents[kind]!, decayed)),
    );
  };
  for (const level of levels.slice(0, -2)) {
    const kinds = decayedBy(e, tokens, level);
    const isPair = meets(level.size);
    const [pair, mirrored] = [mask(e, shape, isPair), mask(e, shape, (row, column) => isPair(column, row))];
    const cotangents = kinds.map((_, one) =>
      sumOf(
        e,
        kinds.map(({ decayed }, other) => {
          const both = e.select(
            pair,
            parts[one]![other]!.within,
            e.select(mirrored, turned[other]![one]!, none),
          );
          return e.dot(both, inHalves(e, decayed), { ...HALVES, contract: [[3], [2]] });
        }),
      ),
    );
    add(
      kinds,
      cotangents.map((x) => e.reshape(x, tokenShape)),
    );
  }
  const top = decayedBy(e, tokens, levels.at(-2)!);
  const meeting = (between: Value, x: Value, contract: 1 | 2): Value =>
    e.dot(between, x, { batch: [[0], [0]], contract: [[contract], [1]] });
  const cotangents = top.map((_, one) => {
    const others = (make: (other: number) => Value): Value =>
      sumOf(
        e,
        top.map((_, other) => make(other)),
      );
    return e.concat(
      [
        others((row) => meeting(parts[row]![one]!.between, halfOf(e, top[row]!.decayed, 1), 1)),
        others((column) => meeting(parts[one]![column]!.between, halfOf(e, top[column]!.decayed, 0), 2)),
      ],
      1,
    );
  });
  add(top, cotangents);
  return { rows: toRows, columns: toColumns, logs };
}
