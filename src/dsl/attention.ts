/**
 * @file Attention and its caches as a model author calls them; their meaning in src/ir/ops/nn/time-mixing.ts. How they are computed is the
 * lowering's choice. Axes may have any names: the author says which is which where the operands do not.
 */
import { freeSymbol } from "../ir/analysis/symbols.js";
import { elementCount } from "../ir/types.js";
import type { Value } from "../ir/operation.js";
import { axesIn, broadcastTo, checkOperands, checkSizes, onlyAxis, ordered } from "./align.js";
import { type Axis, type FloatDType, indexOf, namesOf, sizesOf } from "./axis.js";
import { fill } from "./elementwise.js";
import { ShapeError } from "./errors.js";
import { reshape } from "./shape.js";
import { Tensor } from "./tensor.js";
import { builderHere, type TensorData } from "./trace.js";
import { checkNeeded, type OptionNames } from "../support/options.js";

/**
 * How a cache of w slots is filled. `ring`: position p lies in slot p mod w, so that it holds the last w tokens, and a token sees itself and
 * them. `growing`: position p lies in slot p, and a token sees all tokens of its document; w are all it can hold.
 */
export type CacheKind = "ring" | "growing";

/** Keys and values of the tokens that came before. */
export interface Cache<A extends string, D extends FloatDType> {
  readonly kind: CacheKind;
  readonly keys: Tensor<A, D>;
  readonly values: Tensor<A, D>;
}

/** What all kinds of attention take; see `attention`. */
interface AttentionRows<Q extends string, K extends string, S extends Q & K, D extends FloatDType> {
  readonly q: Tensor<Q, D>;
  readonly k: Tensor<K, D>;
  readonly v: Tensor<K, D>;
  readonly segmentPos: Tensor<S, "i32">;
  /** Multiplies the scores. */
  readonly scale: number;
  /** Scores become c tanh(score / c). */
  readonly softCap?: number | undefined;
}

/** The operands, whatever their axes; what there is no cache for is absent. */
interface AnyAttention extends AttentionRows<string, string, string, FloatDType> {
  readonly cache?: Cache<string, FloatDType> | undefined;
  readonly numTokens?: Tensor<string, "i32"> | undefined;
  readonly window?: number | undefined;
  readonly axes: { readonly time: string; readonly slots?: string; readonly channels: string };
}

const ATTENTION: OptionNames<AnyAttention> = {
  q: true,
  k: true,
  v: true,
  segmentPos: true,
  scale: true,
  softCap: true,
  cache: true,
  numTokens: true,
  window: true,
  axes: true,
};

/**
 * Causal attention: each token sees itself and tokens before it in its document; how many, its cache says (`CacheKind`), or without one
 * `window` (all without that). q has the axes of segmentPos (one for sequences, and `time`), `channels`, and any number for heads. k and v
 * have those of segmentPos, `channels`, and at most one for heads: none is one head of keys for all of q; one of q's serves the heads of q
 * that share its index; another serves as many heads of q each, in a row. The cache has the axes of k with `slots` for `time`; numTokens,
 * those of segmentPos without `time`, says how many tokens of the document came before. Where that is more than a growing cache holds, all
 * of the sequence is NaN.
 * @throws ShapeError when axes do not fit, for a window or a soft cap that is not positive
 */
export function attention<
  Q extends string,
  K extends string,
  S extends Q & K,
  T extends S,
  W extends string,
  C extends Q & K,
  D extends FloatDType,
>(
  args: AttentionRows<Q, K, S, D> & {
    readonly cache: Cache<Exclude<K, T> | W, D>;
    readonly numTokens: Tensor<Exclude<S, T>, "i32">;
    readonly axes: { readonly time: T; readonly slots: W; readonly channels: C };
  },
): Tensor<Q, D>;
export function attention<
  Q extends string,
  K extends string,
  S extends Q & K,
  T extends S,
  C extends Q & K,
  D extends FloatDType,
>(
  args: AttentionRows<Q, K, S, D> & {
    readonly cache?: never;
    /** Tokens before its own that a token sees. */
    readonly window?: number | undefined;
    readonly axes: { readonly time: T; readonly channels: C };
  },
): Tensor<Q, D>;
export function attention(args: unknown): unknown {
  return traceAttention(args as AnyAttention);
}

function traceAttention(args: AnyAttention): Tensor<string, FloatDType> {
  const op = "attention";
  checkNeeded(op, args, ATTENTION, "q", "k", "v", "segmentPos", "scale", "axes");
  const known = { time: true, slots: true, channels: true } as const;
  checkNeeded("the axes of attention", args.axes, known, "time", "channels");
  const { q, k, v, segmentPos, cache } = args;
  checkOperands(op, { q, k, v, segmentPos });
  checkPositive("window", args.window);
  checkPositive("softCap", args.softCap);
  checkCache(args);
  const given = { q, k, v, segmentPos, ...cacheOperands(args) };
  checkSizes(op, Object.values(given), Object.keys(given));
  const { time, channels } = args.axes;
  const batch = onlyAxis(
    op,
    cache === undefined ? "segmentPos" : "numTokens",
    args.numTokens ?? segmentPos,
    cache === undefined ? [time] : [],
  );
  const outer = [batch.name, time];
  const isHead = ({ name }: Axis): boolean => ![...outer, channels].includes(name);
  const kvHeads = k.axes.filter(isHead);
  const row = [...outer, ...namesOf(kvHeads), channels];
  // Heads of keys that q has by name stand before its other heads, so that each serves heads in a row.
  const heads = [...q.axes.filter(isHead)].sort(
    (a, b) => indexOf(kvHeads, b.name) - indexOf(kvHeads, a.name),
  );
  const order = [...outer, ...namesOf(heads), channels];
  const axes = axesIn(q, order);
  const allHeads = {
    name: freeSymbol("heads", (name) => order.includes(name)),
    size: elementCount(sizesOf(heads)),
  };
  const merged = [...axes.slice(0, 2), allHeads, axes.at(-1)!];
  const rows = { axes, dtype: q.dtype, value: ordered(op, "q", q, order) };
  const operands = [
    heads.length === 1 ? rows.value : reshape(rows, merged).value,
    ordered(op, "k", k, row),
    ordered(op, "v", v, row),
    ordered(op, "segmentPos", segmentPos, outer),
    ...(cache === undefined ? nothingBefore(axesIn(k, row), q.dtype, args.window) : cached(args, row)),
  ];
  const attributes = {
    scale: args.scale,
    ...(args.softCap === undefined ? {} : { soft_cap: args.softCap }),
    ...(isGrowing(args) ? { growing: true as const } : {}),
  };
  const value = builderHere().create("nn.attention", operands, attributes).result;
  if (heads.length === 1) return new Tensor(axes, q.dtype, value);
  return reshape({ axes: merged, dtype: q.dtype, value }, axes as readonly Axis<string>[]);
}

const isGrowing = ({ cache, window }: AnyAttention): boolean =>
  cache === undefined ? window === undefined : cache.kind === "growing";

function checkPositive(what: string, number: number | undefined): void {
  if (number === undefined || (number > 0 && (what !== "window" || Number.isInteger(number)))) return;
  throw new ShapeError({
    message: `attention: ${number} is no ${what}`,
    expected: what === "window" ? "a whole number of tokens, 1 or more" : "a number above 0",
    got: String(number),
    hint: `leave ${what} out for none`,
  });
}

/** What TypeScript refuses, of callers without it: none of it may be ignored. */
function checkCache({ cache, numTokens, window }: AnyAttention): void {
  if (cache !== undefined && window !== undefined)
    throw new ShapeError({
      message: "attention takes a cache or a window, not both",
      expected: "of a ring as many slots as tokens are seen before each one's own; a growing cache shows all",
      got: `a ${cache.kind} cache, and window ${window}`,
      hint: "leave window out",
    });
  if ((cache === undefined) === (numTokens === undefined)) return;
  throw new ShapeError({
    message: "attention takes a cache and numTokens together",
    expected:
      "cache: { keys, values, kind } and numTokens: the tokens of each document that came before, i32",
    got: cache === undefined ? "numTokens without a cache" : "a cache without numTokens",
  });
}

/** The cache's tensors by the names that an author knows them by. */
const cacheOperands = ({ cache, numTokens }: AnyAttention): Readonly<Record<string, TensorData>> =>
  cache === undefined || numTokens === undefined
    ? {}
    : { "cache.keys": cache.keys, "cache.values": cache.values, numTokens };

/** Keys and values of the cache, in the order of `row` with the slots for time, and the number of tokens. */
function cached({ cache, numTokens, axes }: AnyAttention, row: readonly string[]): readonly Value[] {
  const slot = row.map((name) => (name === axes.time ? axes.slots! : name));
  return [
    ordered("attention", "cache.keys", cache!.keys, slot),
    ordered("attention", "cache.values", cache!.values, slot),
    numTokens!.value,
  ];
}

/** A cache that holds nothing, for keys with the axes of `row`. */
function nothingBefore(row: readonly Axis[], dtype: FloatDType, window = 0): readonly Value[] {
  const [batch, time, ...rest] = row as readonly [Axis, Axis, ...Axis[]];
  const slots = fill(0, [batch, { ...time, size: window }, ...rest], dtype).value;
  return [slots, slots, fill(0, [batch], "i32").value];
}

/**
 * A cache with rows written, of which the last has position segmentPos at the end of its time axis. The axis that only the cache has is that
 * of its slots, the one that only the rows have is time. Rows of positions that a growing cache has no slot for are not written.
 * @throws ShapeError when axes do not fit
 */
export function kvCacheUpdate<R extends string, X extends string, S extends X, D extends FloatDType>(
  cache: Tensor<R, D>,
  rows: Tensor<X, D>,
  segmentPos: Tensor<S, "i32">,
  kind: CacheKind = "ring",
): Tensor<R, D> {
  const op = "kvCacheUpdate";
  checkOperands(op, { cache, rows, segmentPos });
  const slotAxis = onlyAxis(op, "cache", cache, namesOf(rows.axes));
  const time = onlyAxis(op, "rows", rows, namesOf(cache.axes));
  const batch = onlyAxis(op, "segmentPos", segmentPos, [time.name]);
  const rest = namesOf(cache.axes).filter((name) => name !== slotAxis.name && name !== batch.name);
  const slots = [batch.name, slotAxis.name, ...rest];
  const operands = [
    ordered(op, "cache", cache, slots),
    ordered(op, "rows", rows, [batch.name, time.name, ...rest]),
    ordered(op, "segmentPos", segmentPos, [batch.name, time.name]),
  ];
  const attributes = kind === "growing" ? { growing: true as const } : {};
  const value = builderHere().create("nn.kv_cache_update", operands, attributes).result;
  const written = { axes: axesIn(cache, slots), dtype: cache.dtype, value };
  return new Tensor(cache.axes, cache.dtype, broadcastTo(written, cache.axes));
}
