/** @file dense: every query against [ring | new keys], t x (w + t) scores: the right form for one token or a few. */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import {
  type AttentionInputs,
  type AttentionStrategy,
  elementOf,
  maskedSoftmax,
  segments,
} from "./attention.js";

/** Which new keys a query sees [b, t, t]: of its document, not later, at most w back. */
function newKeysMask(e: Emitter, { segmentPos, window }: AttentionInputs, segment: Value): Value {
  const [batch, time] = shapeOf(segmentPos) as [number, number];
  const shape = [batch, time, time];
  const [query, key] = [e.iota(shape, 1), e.iota(shape, 2)];
  const distance = e.sub(query, key);
  const near = e.and(e.compareTo("GE", distance, 0), e.compareTo("LE", distance, window));
  const same = e.compare("EQ", e.broadcast(segment, shape, [0, 1]), e.broadcast(segment, shape, [0, 2]));
  return e.and(near, same);
}

/**
 * Which ring slots a query sees [b, t, w]. Slot i holds the newest position p < n with p = i mod w (none when negative); it
 * is visible to tokens of the document still open, at most w later.
 */
function ringMask(e: Emitter, inputs: AttentionInputs, segment: Value, numTokens: Value): Value {
  const [batch, time] = shapeOf(inputs.segmentPos) as [number, number];
  const { window } = inputs;
  const slots = [batch, window];
  const n = e.broadcast(numTokens, slots, [0]);
  const slot = e.iota(slots, 1);
  const turn = e.scalar("multiply", e.scalar("divide", n, window), window);
  const candidate = e.add(slot, turn);
  const position = e.select(
    e.compare("LT", candidate, n),
    candidate,
    e.scalar("subtract", candidate, window),
  );
  const shape = [batch, time, window];
  const held = e.broadcast(position, shape, [0, 2]);
  const query = e.add(e.broadcast(numTokens, shape, [0]), e.iota(shape, 1));
  const near = e.compareTo("LE", e.sub(query, held), window);
  const open = e.compareTo("EQ", e.broadcast(segment, shape, [0, 1]), 0);
  return e.and(e.and(near, open), e.compareTo("GE", held, 0));
}

/** Keys with their values and who may see them; the ring is not copied to stand beside the new ones. */
interface Part {
  readonly keys: Value;
  readonly values: Value;
  /** [b, t, keys] */
  readonly mask: Value;
}

export const dense: AttentionStrategy = (e, inputs) => {
  const { q, k, v, ring, scale } = inputs;
  const segment = segments(e, inputs.segmentPos);
  const fresh: Part = { keys: k, values: v, mask: newKeysMask(e, inputs, segment) };
  const parts: readonly Part[] =
    ring === undefined
      ? [fresh]
      : [{ keys: ring.k, values: ring.v, mask: ringMask(e, inputs, segment, ring.numTokens) }, fresh];
  const scored = parts.map(({ keys }) => e.dot(q, keys, { batch: [[0], [0]], contract: [[3], [2]] }, "f32"));
  const scores = e.scalar("multiply", e.concat(scored, 3), scale);
  const mask = e.concat(
    parts.map((part) => part.mask),
    2,
  );
  const weights = maskedSoftmax(e, scores, e.broadcast(mask, shapeOf(scores), [0, 1, 3]), "f32");
  let start = 0;
  const attended = parts.map(({ values }) => {
    const count = shapeOf(values)[1]!;
    const own = e.convert(e.slice(weights, 3, start, start + count), elementOf(inputs));
    start += count;
    return e.dot(own, values, { batch: [[0], [0]], contract: [[3], [1]] }, "f32");
  });
  const sum = attended.reduce(e.add);
  return e.convert(sum, elementOf(inputs));
};
