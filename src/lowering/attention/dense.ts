/** @file dense: every query against [cache | new keys], t x (w + t) scores: the right form for one token or a few. */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { capScores } from "../decompose/attention.js";
import {
  type AttentionCache,
  type AttentionInputs,
  elementOf,
  maskedSoftmax,
  segments,
} from "./attention.js";

/** Which new keys a query sees [b, queries, t]: of its document, not later, at most w back. The first query is new token `first`. */
function newKeysMask(e: Emitter, { window }: AttentionInputs, { first, own, all }: Segments): Value {
  const [batch, time] = shapeOf(own) as [number, number];
  const shape = [batch, time, shapeOf(all)[1]!];
  const iota = e.iota(shape, 1);
  const [query, key] = [first === 0 ? iota : e.scalar("add", iota, first), e.iota(shape, 2)];
  const distance = e.sub(query, key);
  const earlier = e.compareTo("GE", distance, 0);
  const near = window === undefined ? earlier : e.and(earlier, e.compareTo("LE", distance, window));
  const same = e.compare("EQ", e.broadcast(own, shape, [0, 1]), e.broadcast(all, shape, [0, 2]));
  return e.and(near, same);
}

/** Which slots of a growing cache a query sees [b, queries, slots]: those that hold tokens, if its document is the one still open. */
function slotMask(e: Emitter, { k, numTokens }: AttentionCache, own: Value): Value {
  const [batch, queries] = shapeOf(own) as [number, number];
  const slots = [batch, shapeOf(k)[1]!];
  const shape = [batch, queries, slots[1]!];
  const held = e.compare("LT", e.iota(slots, 1), e.broadcast(numTokens, slots, [0]));
  const open = e.compareTo("EQ", e.broadcast(own, shape, [0, 1]), 0);
  return e.and(e.broadcast(held, shape, [0, 2]), open);
}

/**
 * Which slots of a ring a query sees [b, t, w]. Slot i holds the newest position p < n with p = i mod w (none when negative); it
 * is visible to tokens of the document still open, at most w later.
 */
function ringMask(e: Emitter, { numTokens }: AttentionCache, own: Value, window: number): Value {
  const [batch, time] = shapeOf(own) as [number, number];
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
  const open = e.compareTo("EQ", e.broadcast(own, shape, [0, 1]), 0);
  return e.and(e.and(near, open), e.compareTo("GE", held, 0));
}

/** Documents of new tokens, counted from the one open at the start: of the queries, from token `first` on, and of all keys [b, keys]. */
interface Segments {
  readonly first: number;
  readonly own: Value;
  readonly all: Value;
}

/** Keys with their values and who may see them; the cache is not copied to stand beside the new ones. */
interface Part {
  readonly keys: Value;
  readonly values: Value;
  /** [b, t, keys] */
  readonly mask: Value;
}

/** Products of rows [b, t, n, c] with keys or values [b, s, ..] over their last axis and `axis` of the latter, f32: [b, t, n, ..]. */
function products(e: Emitter, rows: Value, keys: Value, axis: 1 | 2, inPlace: boolean): Value {
  const [batch, time, heads, channels] = shapeOf(rows) as [number, number, number, number];
  if (!inPlace || batch !== 1)
    return e.dot(rows, keys, { batch: [[0], [0]], contract: [[3], [axis]] }, "f32");
  const [flat, own] = [e.reshape(rows, [time * heads, channels]), e.reshape(keys, shapeOf(keys).slice(1))];
  const product = e.dot(flat, own, { contract: [[1], [axis - 1]] }, "f32");
  return e.reshape(product, [1, time, heads, shapeOf(product)[1]!]);
}

/** Every query against everything. */
export function dense(e: Emitter, inputs: AttentionInputs): Value {
  const all = segments(e, inputs.segmentPos);
  return attendDensely(e, inputs, { first: 0, own: all, all });
}

/** The queries q against the cache and all of k; those that see a window begin with the first of k. */
export function attendDensely(e: Emitter, inputs: AttentionInputs, segment: Segments): Value {
  const { q, k, v, cache, scale, window, inPlace } = inputs;
  const maskOf = (held: AttentionCache): Value =>
    window === undefined ? slotMask(e, held, segment.own) : ringMask(e, held, segment.own, window);
  const fresh: Part = { keys: k, values: v, mask: newKeysMask(e, inputs, segment) };
  const parts: readonly Part[] =
    cache === undefined ? [fresh] : [{ keys: cache.k, values: cache.v, mask: maskOf(cache) }, fresh];
  const scored = parts.map(({ keys }) => products(e, q, keys, 2, inPlace));
  const scores = capScores(e, e.scalar("multiply", e.concat(scored, 3), scale), inputs.softCap);
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
    return products(e, own, values, 1, inPlace);
  });
  const sum = attended.reduce(e.add);
  return e.convert(sum, elementOf(inputs));
}
