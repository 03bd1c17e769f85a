/**
 * @file banded: queries in blocks, each block against the w keys before it and its own, so that work grows with t (w +
 * block) and not with t^2. The ring is first brought into the order of positions.
 */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../emit.js";
import { floorMod } from "../decompose/ring.js";
import {
  type AttentionInputs,
  type AttentionStrategy,
  elementOf,
  maskedSoftmax,
  segments,
} from "./attention.js";

/** Segment numbers of keys that no query has. */
const NOBODY = -1;

/** Rows [b, rows, h] in blocks [b, n, block, h], each with the `reach` blocks before it: [b, n - reach, (reach + 1) block, h]. */
function windows(e: Emitter, rows: Value, block: number, reach: number): Value {
  const [batch, count, ...rest] = shapeOf(rows) as [number, number, ...number[]];
  const blocks = count / block;
  const cut = e.reshape(rows, [batch, blocks, block, ...rest]);
  const shifts = Array.from({ length: reach + 1 }, (_, i) => e.slice(cut, 1, i, blocks - reach + i));
  return e.concat(shifts, 2);
}

/** The ring's keys (or values) from the oldest position to the newest: slot (n + i) mod w comes i-th. */
function inOrder(e: Emitter, ring: Value, numTokens: Value): Value {
  const [batch, slots] = shapeOf(ring) as [number, number];
  const shape = [batch, slots];
  return e.takeRows(ring, floorMod(e, e.add(e.broadcast(numTokens, shape, [0]), e.iota(shape, 1)), slots));
}

/** Segment of each ordered ring row [b, w]: the open document's, 0, where a token was; nobody's elsewhere. */
function ringSegments(e: Emitter, batch: number, window: number, numTokens: Value): Value {
  const shape = [batch, window];
  const held = e.compareTo("GE", e.add(e.iota(shape, 1), e.broadcast(numTokens, shape, [0])), window);
  return e.select(held, e.fill(0, shape, "i32"), e.fill(NOBODY, shape, "i32"));
}

/** Rows that stand for the w tokens before the first query, filled up in front to whole blocks. */
function before(e: Emitter, inputs: AttentionInputs, which: "k" | "v", rows: number): Value {
  const { ring, window } = inputs;
  const [batch, , head] = shapeOf(inputs.k) as [number, number, number];
  const element = elementOf(inputs);
  if (ring === undefined) return e.fill(0, [batch, rows, head], element);
  return e.pad(inOrder(e, ring[which], ring.numTokens), 1, rows - window, 0, 0);
}

/** Whether row s of a block's keys is in the band of its query r: not later, at most w back [block, keys]. */
function band(e: Emitter, block: number, reach: number, window: number): Value {
  const shape = [block, (reach + 1) * block];
  const distance = e.sub(e.scalar("add", e.iota(shape, 0), reach * block), e.iota(shape, 1));
  return e.and(e.compareTo("GE", distance, 0), e.compareTo("LE", distance, window));
}

export const banded =
  (block: number): AttentionStrategy =>
  (e, inputs) => {
    const { q, k, v, ring, window, scale } = inputs;
    const [batch, time, heads, head] = shapeOf(q) as [number, number, number, number];
    const reach = Math.ceil(window / block);
    const blocks = Math.ceil(time / block);
    const missing = blocks * block - time;
    const early = reach * block;

    const segment = segments(e, inputs.segmentPos);
    const earlySegments =
      ring === undefined
        ? e.fill(NOBODY, [batch, early], "i32")
        : e.pad(ringSegments(e, batch, window, ring.numTokens), 1, early - window, 0, NOBODY);
    const keySegments = e.pad(e.concat([earlySegments, segment], 1), 1, 0, missing, NOBODY);
    const rowsOf = (which: "k" | "v", rows: Value): Value =>
      windows(e, e.pad(e.concat([before(e, inputs, which, early), rows], 1), 1, 0, missing, 0), block, reach);

    const keys = rowsOf("k", k);
    const values = rowsOf("v", v);
    const queries = e.reshape(e.pad(q, 1, 0, missing, 0), [batch, blocks, block, heads, head]);
    const scores = e.dot(
      queries,
      keys,
      {
        batch: [
          [0, 1],
          [0, 1],
        ],
        contract: [[4], [3]],
      },
      "f32",
    );
    const span = (reach + 1) * block;
    const maskShape = [batch, blocks, block, span];
    const querySegments = e.reshape(e.pad(segment, 1, 0, missing, 0), [batch, blocks, block]);
    const same = e.compare(
      "EQ",
      e.broadcast(querySegments, maskShape, [0, 1, 2]),
      e.broadcast(windows(e, keySegments, block, reach), maskShape, [0, 1, 3]),
    );
    const mask = e.and(same, e.broadcast(band(e, block, reach, window), maskShape, [2, 3]));
    const spread = e.broadcast(mask, shapeOf(scores), [0, 1, 2, 4]);
    const weights = maskedSoftmax(e, e.scalar("multiply", scores, scale), spread, elementOf(inputs));
    const attended = e.dot(weights, values, {
      batch: [
        [0, 1],
        [0, 1],
      ],
      contract: [[4], [2]],
    });
    return e.slice(e.reshape(attended, [batch, blocks * block, heads, head]), 1, 0, time);
  };
