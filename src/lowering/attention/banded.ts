/**
 * @file banded: queries in blocks, each block against the w keys before it and its own, so that work grows with t (w +
 * block) and not with t^2. With a ring, its keys are brought into the order of positions and stand before the new ones;
 * without, the first blocks see just the keys there are.
 */
import type { Value } from "../../ir/operation.js";
import { ringInOrder } from "../decompose/ring.js";
import { type Emitter, shapeOf } from "../emit.js";
import {
  type AttentionInputs,
  type AttentionStrategy,
  elementOf,
  maskedSoftmax,
  segments,
} from "./attention.js";

/** Segment number of keys that no query has. */
const NOBODY = -1;

/** Rows of keys, values and segments that belong together: keys and values [b, n, rows, h], segments [b, n, rows]. */
interface KeyRows {
  readonly keys: Value;
  readonly values: Value;
  readonly segments: Value;
}

/** Blocks of queries [b, n, block, heads, h] with their segments [b, n, block]. */
interface QueryBlocks {
  readonly queries: Value;
  readonly segments: Value;
}

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
  inputs: AttentionInputs,
): Value {
  const [batch, count, block] = shapeOf(blocks.queries) as [number, number, number];
  const span = shapeOf(rows.keys)[2]!;
  const distance = e.sub(e.scalar("add", e.iota([block, span], 0), late), e.iota([block, span], 1));
  const near = e.and(e.compareTo("GE", distance, 0), e.compareTo("LE", distance, inputs.window));
  const shape = [batch, count, block, span];
  const same = e.compare(
    "EQ",
    e.broadcast(blocks.segments, shape, [0, 1, 2]),
    e.broadcast(rows.segments, shape, [0, 1, 3]),
  );
  const mask = e.and(same, e.broadcast(near, shape, [2, 3]));

  const queries = e.transpose(blocks.queries, [0, 1, 3, 2, 4]);
  const scores = e.dot(
    queries,
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
  const scaled = e.scalar("multiply", scores, inputs.scale);
  const weights = maskedSoftmax(
    e,
    scaled,
    e.broadcast(mask, shapeOf(scores), [0, 1, 3, 4]),
    elementOf(inputs),
  );
  const attended = e.dot(weights, rows.values, {
    batch: [
      [0, 1],
      [0, 1],
    ],
    contract: [[4], [2]],
  });
  return e.transpose(attended, [0, 1, 3, 2, 4]);
}

/** Rows [b, rows, ..] in blocks, each after the `reach` blocks before it: [b, blocks - reach, (reach + 1) block, ..]. */
function windows(e: Emitter, rows: Value, block: number, reach: number): Value {
  const [batch, count, ...rest] = shapeOf(rows) as [number, number, ...number[]];
  const blocks = count / block;
  const cut = e.reshape(rows, [batch, blocks, block, ...rest]);
  const shifts = Array.from({ length: reach + 1 }, (_, i) => e.slice(cut, 1, i, blocks - reach + i));
  return e.concat(shifts, 2);
}

/** The ring as rows before the first query, filled up in front to `rows`; empty slots are nobody's. */
function ringRows(e: Emitter, ring: NonNullable<AttentionInputs["ring"]>, rows: number): KeyRows {
  const shape = shapeOf(ring.k).slice(0, 2);
  const window = shape[1]!;
  const held = e.compareTo("GE", e.add(e.iota(shape, 1), e.broadcast(ring.numTokens, shape, [0])), window);
  const segments = e.select(held, e.fill(0, shape, "i32"), e.fill(NOBODY, shape, "i32"));
  const front = rows - window;
  return {
    keys: e.pad(ringInOrder(e, ring.k, ring.numTokens), 1, front, 0, 0),
    values: e.pad(ringInOrder(e, ring.v, ring.numTokens), 1, front, 0, 0),
    segments: e.pad(segments, 1, front, 0, NOBODY),
  };
}

/** The blocks that reach back before the first key, one by one: each sees the keys from the first to its own. */
function firstBlocks(
  e: Emitter,
  blocks: QueryBlocks,
  rows: KeyRows,
  count: number,
  inputs: AttentionInputs,
): Value[] {
  const block = shapeOf(blocks.queries)[2]!;
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

export const banded =
  (block: number): AttentionStrategy =>
  (e, inputs) => {
    const { q, k, v, ring, window } = inputs;
    const [batch, time, heads, head] = shapeOf(q) as [number, number, number, number];
    const reach = Math.ceil(window / block);
    const count = Math.ceil(time / block);
    const missing = count * block - time;
    const segment = segments(e, inputs.segmentPos);
    const blocks: QueryBlocks = {
      queries: e.reshape(e.pad(q, 1, 0, missing, 0), [batch, count, block, heads, head]),
      segments: e.reshape(e.pad(segment, 1, 0, missing, 0), [batch, count, block]),
    };
    const fresh: KeyRows = {
      keys: e.pad(k, 1, 0, missing, 0),
      values: e.pad(v, 1, 0, missing, 0),
      segments: e.pad(segment, 1, 0, missing, NOBODY),
    };

    const single = ring === undefined ? Math.min(reach, count) : 0;
    const attended = firstBlocks(e, blocks, fresh, single, inputs);
    if (count > single) {
      const rest = {
        queries: e.slice(blocks.queries, 1, single, count),
        segments: e.slice(blocks.segments, 1, single, count),
      };
      const all = ring === undefined ? fresh : joinRows(e, ringRows(e, ring, reach * block), fresh);
      const seen = mapRows(all, (values) => windows(e, values, block, reach));
      attended.push(attend(e, rest, seen, reach * block, inputs));
    }
    const flat = e.reshape(e.concat(attended, 1), [batch, count * block, heads, head]);
    return e.slice(flat, 1, 0, time);
  };

const joinRows = (e: Emitter, first: KeyRows, second: KeyRows): KeyRows => ({
  keys: e.concat([first.keys, second.keys], 1),
  values: e.concat([first.values, second.values], 1),
  segments: e.concat([first.segments, second.segments], 1),
});
