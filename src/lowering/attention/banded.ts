/**
 * @file banded: queries in blocks, each block against the w keys before it and its own, so that work grows with t (w +
 * block) and not with t^2. With a ring, its keys are brought into the order of positions and stand before the new ones;
 * without, the first blocks see just the keys there are. Strided rows are regrouped into blocks of consecutive tokens, whose order
 * inside of a block stays as it is: a softmax does not depend on it, and the mask counts distances in tokens.
 */
import type { Value } from "../../ir/operation.js";
import { ringInOrder } from "../kv-cache/rolling.js";
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import { blocksToStrided, orderedToBlocks, stridedToBlocks, toOrdered } from "../time-layout.js";
import { capScores } from "../decompose/attention.js";
import {
  type AttentionCache,
  type AttentionInputs,
  elementOf,
  maskedExponentials,
  segments,
} from "./attention.js";

/** Inputs of attention that sees a window. */
export type WindowedInputs = AttentionInputs & { readonly window: number };

/** Segment id of padding keys and of empty slots: matches no query. */
const PADDING = -1;

/** Rows of keys, values and segments that belong together: keys and values [b, n, rows, h], segments [b, n, rows]. */
interface KeyRows {
  readonly keys: Value;
  readonly values: Value;
  readonly segments: Value;
}

/** The token of each row, where rows are in blocks of `block` tokens, each strided. */
function tokenOfRow(e: Emitter, row: Value, block: number, factor: number): Value {
  if (factor === 1) return row;
  const groups = block / factor;
  const inBlock = e.scalar("remainder", row, block);
  const token = e.add(
    e.scalar("multiply", e.scalar("remainder", inBlock, groups), factor),
    e.scalar("divide", inBlock, groups),
  );
  return e.add(e.sub(row, inBlock), token);
}

/** Blocks of queries [b, n, heads, block, h], with their segments [b, n, block]. */
interface QueryBlocks {
  readonly queries: Value;
  readonly segments: Value;
}

/**
 * Values summed with weights that are not divided by their total yet, f32: sums [b, n, heads, block, h], total [b, n, heads, block].
 * The division comes last, where the sums are few and, on targets that move rows as f32, where it keeps them so until they have moved.
 */
interface Attended {
  readonly sums: Value;
  readonly total: Value;
}

/**
 * Queries are multiplied by this, exactly, after they have moved, and scores by what is left of the scale: without it the compiler
 * would round to bf16 first and move bf16.
 */
const POWER_OF_TWO = 2 ** -4;

const mapRows = (rows: KeyRows, change: (values: Value) => Value): KeyRows => ({
  keys: change(rows.keys),
  values: change(rows.values),
  segments: change(rows.segments),
});

/**
 * Softmax attention of each block to its rows. Query r may see row s when s - r lies in [late - w, late], both in the same
 * document. Scores are kept with the heads before the queries, so that tiles of the last two dimensions are full.
 */
function attend(
  e: Emitter,
  blocks: QueryBlocks,
  rows: KeyRows,
  late: number,
  inputs: WindowedInputs,
): Attended {
  const [batch, count, , block] = shapeOf(blocks.queries) as [number, number, number, number];
  const span = shapeOf(rows.keys)[2]!;
  const shape2 = [block, span];
  const query = e.scalar("add", tokenOfRow(e, e.iota(shape2, 0), block, inputs.factor), late);
  const distance = e.sub(query, tokenOfRow(e, e.iota(shape2, 1), block, inputs.factor));
  const near = e.and(e.compareTo("GE", distance, 0), e.compareTo("LE", distance, inputs.window));
  const shape = [batch, count, block, span];
  const same = e.compare(
    "EQ",
    e.broadcast(blocks.segments, shape, [0, 1, 2]),
    e.broadcast(rows.segments, shape, [0, 1, 3]),
  );
  const mask = e.and(same, e.broadcast(near, shape, [2, 3]));

  const scores = e.dot(
    blocks.queries,
    rows.keys,
    {
      batch: [
        [0, 1],
        [0, 1],
      ],
      contract: [[4], [3]],
    },
    "f32",
  );
  const scaled = capScores(e, e.scalar("multiply", scores, inputs.scale / POWER_OF_TWO), inputs.softCap);
  const everyHead = e.broadcast(mask, shapeOf(scores), [0, 1, 3, 4]);
  const exact = maskedExponentials(e, scaled, everyHead);
  const weights = e.convert(exact, elementOf(inputs));
  const numbers = {
    batch: [
      [0, 1],
      [0, 1],
    ],
    contract: [[4], [2]],
  } as const;
  const total = inputs.totals === "reduce" ? e.reduce("add", exact, 4) : totalsByProduct(e, weights);
  return { sums: e.dot(weights, rows.values, numbers, "f32"), total };
}

/** Sums over the last axis, f32, as a product with ones; eight columns, since XLA turns a product with one column into a sum. */
function totalsByProduct(e: Emitter, weights: Value): Value {
  const shape = shapeOf(weights);
  const ones = e.fill(1, [shape.at(-1)!, 8], typeOf(weights).element);
  const sums = e.dot(weights, ones, { contract: [[4], [0]] }, "f32");
  return e.reshape(e.slice(sums, 4, 0, 1), shape.slice(0, -1));
}

/** Rows [b, rows, ..] in blocks, each after the `reach` blocks before it: [b, blocks - reach, (reach + 1) block, ..]. */
function windows(e: Emitter, rows: Value, block: number, reach: number): Value {
  const [batch, count, ...rest] = shapeOf(rows) as [number, number, ...number[]];
  const blocks = count / block;
  const cut = e.reshape(rows, [batch, blocks, block, ...rest]);
  const shifts = Array.from({ length: reach + 1 }, (_, i) => e.slice(cut, 1, i, blocks - reach + i));
  return e.concat(shifts, 2);
}

/** The ring as rows before the first query, padded in front to `rows`; empty slots are in the segment of padding. */
function ringRows(e: Emitter, ring: AttentionCache, rows: number): KeyRows {
  const shape = shapeOf(ring.k).slice(0, 2);
  const window = shape[1]!;
  const held = e.compareTo("GE", e.add(e.iota(shape, 1), e.broadcast(ring.numTokens, shape, [0])), window);
  const segments = e.select(held, e.fill(0, shape, "i32"), e.fill(PADDING, shape, "i32"));
  const front = rows - window;
  return {
    keys: e.pad(ringInOrder(e, ring.k, ring.numTokens), 1, front, 0, 0),
    values: e.pad(ringInOrder(e, ring.v, ring.numTokens), 1, front, 0, 0),
    segments: e.pad(segments, 1, front, 0, PADDING),
  };
}

/** The blocks that reach back before the first key, one by one: each sees the keys from the first to its own. */
function firstBlocks(
  e: Emitter,
  blocks: QueryBlocks,
  rows: KeyRows,
  count: number,
  inputs: WindowedInputs,
): Attended[] {
  const block = shapeOf(blocks.queries)[3]!;
  return Array.from({ length: count }, (_, i) => {
    const own = {
      queries: e.slice(blocks.queries, 1, i, i + 1),
      segments: e.slice(blocks.segments, 1, i, i + 1),
    };
    const seen = mapRows(rows, (values) => {
      const [batch, , ...rest] = shapeOf(values);
      return e.reshape(e.slice(values, 1, 0, (i + 1) * block), [batch!, 1, (i + 1) * block, ...rest]);
    });
    return attend(e, own, seen, i * block, inputs);
  });
}

/** Rows [b, t, heads, h] as blocks [b, n, heads, block, h]. */
function headsFirst(e: Emitter, rows: Value, block: number, factor: number): Value {
  const inTime = stridedToBlocks(e, rows, block, factor);
  const [batch, time, heads, head] = shapeOf(rows) as [number, number, number, number];
  return e.transpose(e.reshape(inTime, [batch, time / block, block, heads, head]), [0, 1, 3, 2, 4]);
}

/** The inverse of `headsFirst`. */
function headsLast(e: Emitter, blocks: Value, factor: number): Value {
  const [batch, count, heads, block, head] = shapeOf(blocks) as [number, number, number, number, number];
  const rows = e.reshape(e.transpose(blocks, [0, 1, 3, 2, 4]), [batch, count * block, heads, head]);
  return blocksToStrided(e, rows, block, factor);
}

/** By bands of blocks of queries. */
export const banded =
  (block: number) =>
  (e: Emitter, inputs: WindowedInputs): Value => {
    const { cache: ring, window, factor } = inputs;
    const [batch, time] = shapeOf(inputs.q) as [number, number];
    const [k, v] = [inputs.k, inputs.v].map((rows) => stridedToBlocks(e, rows, block, factor)) as [
      Value,
      Value,
    ];
    const reach = Math.ceil(window / block);
    const count = Math.ceil(time / block);
    const missing = count * block - time;
    const segment = orderedToBlocks(e, segments(e, toOrdered(e, inputs.segmentPos, factor)), block, factor);
    const moved = headsFirst(e, e.pad(e.convert(inputs.q, "f32"), 1, 0, missing, 0), block, factor);
    const blocks: QueryBlocks = {
      queries: e.convert(e.scalar("multiply", moved, POWER_OF_TWO), elementOf(inputs)),
      segments: e.reshape(e.pad(segment, 1, 0, missing, 0), [batch, count, block]),
    };
    const fresh: KeyRows = {
      keys: e.pad(k, 1, 0, missing, 0),
      values: e.pad(v, 1, 0, missing, 0),
      segments: e.pad(segment, 1, 0, missing, PADDING),
    };

    const single = ring === undefined ? Math.min(reach, count) : 0;
    const attended = firstBlocks(e, blocks, fresh, single, inputs);
    if (count > single) {
      const rest = {
        queries: e.slice(blocks.queries, 1, single, count),
        segments: e.slice(blocks.segments, 1, single, count),
      };
      const all =
        ring === undefined
          ? fresh
          : joinRows(
              e,
              mapRows(ringRows(e, ring, reach * block), (rows) => orderedToBlocks(e, rows, block, factor)),
              fresh,
            );
      const seen = mapRows(all, (values) => windows(e, values, block, reach));
      attended.push(attend(e, rest, seen, reach * block, inputs));
    }
    const join = (part: keyof Attended): Value =>
      e.concat(
        attended.map((each) => each[part]),
        1,
      );
    const total = join("total");
    const sums = headsLast(e, join("sums"), factor);
    const divisor = headsLast(e, e.reshape(total, [...shapeOf(total), 1]), factor);
    const quotient = e.div(sums, e.broadcast(divisor, shapeOf(sums), [0, 1, 2, 3]));
    return e.slice(e.convert(quotient, elementOf(inputs)), 1, 0, time);
  };

const joinRows = (e: Emitter, first: KeyRows, second: KeyRows): KeyRows => ({
  keys: e.concat([first.keys, second.keys], 1),
  values: e.concat([first.values, second.values], 1),
  segments: e.concat([first.segments, second.segments], 1),
});
