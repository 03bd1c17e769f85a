/**
 * @file Meaning of nn.attention: every query against every slot of the cache and every new key, in f32, with a mask for those
 * that it sees. Axes: b batch, t new tokens, n heads of queries, h head size, w slots of the cache, s = w + t keys.
 */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { floorMod } from "../floor-mod.js";
import { toOrdered, toStrided } from "../time-layout.js";

/** Rows of tokens: positions counted over all documents of a sequence, and documents counted from the one open before; both [b, rows]. */
interface Tokens {
  readonly positions: Value;
  readonly documents: Value;
}

/** Document of slots that hold nothing: no query has it. */
const NO_DOCUMENT = -1;

/** The new tokens: they follow on the `numTokens` [b] before; a token with segment_pos 0 begins the next document. */
function newTokens(e: Emitter, segmentPos: Value, numTokens: Value): Tokens {
  const [batch, time] = shapeOf(segmentPos) as [number, number];
  const pairs = [batch, time, time];
  const isEarlier = e.compare("LE", e.iota(pairs, 2), e.iota(pairs, 1));
  const starts = e.broadcast(e.compareTo("EQ", segmentPos, 0), pairs, [0, 2]);
  const rows = [batch, time];
  return {
    positions: e.add(e.broadcast(numTokens, rows, [0]), e.iota(rows, 1)),
    documents: e.reduce("add", e.convert(e.and(isEarlier, starts), "i32"), 2),
  };
}

/** The ring's slots: slot i holds the newest position p < numTokens with p = i mod w, of the open document; none if that is negative. */
function ringTokens(e: Emitter, window: number, numTokens: Value): Tokens {
  const slots = [shapeOf(numTokens)[0]!, window];
  const newest = e.scalar("subtract", e.broadcast(numTokens, slots, [0]), 1);
  const positions = e.sub(newest, floorMod(e, e.sub(newest, e.iota(slots, 1)), window));
  const isHeld = e.compareTo("GE", positions, 0);
  const documents = e.select(isHeld, e.fill(0, slots, "i32"), e.fill(NO_DOCUMENT, slots, "i32"));
  return { positions, documents };
}

/** The slots of a growing cache: slot i holds position i, of the open document, if so many tokens came before. */
function slotTokens(e: Emitter, capacity: number, numTokens: Value): Tokens {
  const slots = [shapeOf(numTokens)[0]!, capacity];
  const positions = e.iota(slots, 1);
  const isHeld = e.compare("LT", positions, e.broadcast(numTokens, slots, [0]));
  const documents = e.select(isHeld, e.fill(0, slots, "i32"), e.fill(NO_DOCUMENT, slots, "i32"));
  return { positions, documents };
}

/** Whether a query sees a key [b, t, s]: of its document, not later, at most `window` tokens back if there is one. */
function visible(e: Emitter, queries: Tokens, keys: Tokens, window: number | undefined): Value {
  const [batch, time] = shapeOf(queries.positions) as [number, number];
  const shape = [batch, time, shapeOf(keys.positions)[1]!];
  const perQuery = (values: Value): Value => e.broadcast(values, shape, [0, 1]);
  const perKey = (values: Value): Value => e.broadcast(values, shape, [0, 2]);
  const distance = e.sub(perQuery(queries.positions), perKey(keys.positions));
  const isEarlier = e.compareTo("GE", distance, 0);
  const isNear = window === undefined ? isEarlier : e.and(isEarlier, e.compareTo("LE", distance, window));
  return e.and(isNear, e.compare("EQ", perQuery(queries.documents), perKey(keys.documents)));
}

/** Softmax over the last axis of scores [b, n, t, s] where `mask` [b, t, s] holds; some key is seen by each query, itself. */
function maskedSoftmax(e: Emitter, scores: Value, mask: Value): Value {
  const shape = shapeOf(scores);
  const everyKey = (values: Value): Value => e.broadcast(values, shape, [0, 1, 2]);
  const unseen = e.fill(Number.NEGATIVE_INFINITY, shape, "f32");
  const masked = e.select(e.broadcast(mask, shape, [0, 2, 3]), scores, unseen);
  const exponentials = e.unary("exponential", e.sub(masked, everyKey(e.reduce("maximum", masked, 3))));
  return e.div(exponentials, everyKey(e.reduce("add", exponentials, 3)));
}

/** Scores [..], or cap tanh(scores / cap) where there is a cap. */
export function capScores(e: Emitter, scores: Value, cap: number | undefined): Value {
  if (cap === undefined) return scores;
  return e.scalar("multiply", e.unary("tanh", e.scalar("divide", scores, cap)), cap);
}

/**
 * Values [b, ..], NaN for sequences of which more than `capacity` tokens came before: their cache does not hold them all, and a number would be
 * a wrong one.
 */
export function notANumberBeyond(e: Emitter, values: Value, numTokens: Value, capacity: number): Value {
  const shape = shapeOf(values);
  const isBeyond = e.broadcast(e.compareTo("GT", numTokens, capacity), shape, [0]);
  return e.select(isBeyond, e.fill(Number.NaN, shape, typeOf(values).element), values);
}

/** Rows [b, s, g, h], or [b, s, h] of one head, with each head repeated for the heads of queries that it serves: [b, s, n, h] f32. */
function perQueryHead(e: Emitter, rows: Value, heads: number): Value {
  const shape = shapeOf(rows);
  const [batch, count] = shape as [number, number];
  const head = shape.at(-1)!;
  const groups = shape.length === 4 ? shape[2]! : 1;
  const grouped = e.reshape(e.convert(rows, "f32"), [batch, count, groups, head]);
  const repeated = e.broadcast(grouped, [batch, count, groups, heads / groups, head], [0, 1, 2, 4]);
  return e.reshape(repeated, [batch, count, heads, head]);
}

/** The attended values [b, t, n, h], rounded once to q's element type. */
export function attention(e: Emitter, op: OperationOf<"nn.attention">): readonly Value[] {
  const { scale, soft_cap: softCap, growing = false, strided: factor = 1 } = op.attributes;
  const [cacheK, cacheV, numTokens] = op.operands.slice(4) as [Value, Value, Value];
  const [q, k, v, segmentPos] = op.operands.slice(0, 4).map((rows) => toOrdered(e, rows, factor)) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const heads = shapeOf(q)[2]!;
  const slots = shapeOf(cacheK)[1]!;
  const before = e.convert(numTokens, "i32");
  const held = growing ? slotTokens(e, slots, before) : ringTokens(e, slots, before);
  const given = newTokens(e, segmentPos, before);
  const keyTokens: Tokens = {
    positions: e.concat([held.positions, given.positions], 1),
    documents: e.concat([held.documents, given.documents], 1),
  };
  const keys = perQueryHead(e, e.concat([cacheK, k], 1), heads);
  const values = perQueryHead(e, e.concat([cacheV, v], 1), heads);
  const products = e.dot(e.convert(q, "f32"), keys, {
    batch: [
      [0, 2],
      [0, 2],
    ],
    contract: [[3], [3]],
  });
  const scores = capScores(e, e.scalar("multiply", products, scale), softCap);
  const weights = maskedSoftmax(e, scores, visible(e, given, keyTokens, growing ? undefined : slots));
  const attended = e.dot(weights, values, {
    batch: [
      [0, 1],
      [0, 2],
    ],
    contract: [[3], [1]],
  });
  const ordered = e.convert(e.transpose(attended, [0, 2, 1, 3]), typeOf(q).element);
  const known = growing ? notANumberBeyond(e, ordered, before, slots) : ordered;
  return [toStrided(e, known, factor)];
}
