/**
 * @file Random numbers from keys, bit for bit those of JAX (`jax.random` with threefry keys, `jax_threefry_partitionable`, its default): a key says what
 * is drawn, and the same key draws the same. Threefry-2x32 with 20 rounds: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
 */
import { findAxis } from "./align.js";
import {
  type Axis,
  checkAxes,
  describe,
  type DType,
  type FloatDType,
  type NamesOf,
  sizesOf,
} from "./axis.js";
import { bitcast } from "./arithmetic.js";
import { constant } from "./constant.js";
import { erfInv, fill, log, log1p, neg, range } from "./elementwise.js";
import { ShapeError } from "./errors.js";
import { fn } from "./functions.js";
import { take } from "./indexing.js";
import { argmax } from "./reduce.js";
import { roundTo } from "./round.js";
import { at, concat, reshape, transpose } from "./shape.js";
import { argsort } from "./sort.js";
import { Tensor } from "./tensor.js";
import { shown } from "../support/given.js";
import { checkOptions, type OptionNames } from "../support/options.js";

/** A key: two words of 32 bits. */
export type Key = Tensor<"key", "ui32">;

const keyAxis: Axis<"key"> = { name: "key", size: 2 };
const flat = (count: number): Axis<string> => ({ name: " count", size: count });
type Words = Tensor<string, "ui32">;
type Word = Tensor<never, "ui32">;

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

const rotated = (x: Words, by: number): Words => x.shiftLeft(by).or(x.shiftRight(32 - by)) as Words;

/** Twenty rounds on two words, the key injected after every four. */
const threefry = fn("threefry2x32", ({ k0, k1, x0, x1 }: { k0: Word; k1: Word; x0: Words; x1: Words }) => {
  const schedule = [k0, k1, k0.xor(k1).xor(fill(0x1bd11bda, [], "ui32"))] as const;
  let [a, b] = [x0.add(k0) as Words, x1.add(k1) as Words];
  for (let group = 1; group <= 5; group++) {
    for (const by of rotations[(group - 1) % 2]!) {
      a = a.add(b);
      b = rotated(b, by).xor(a);
    }
    a = a.add(schedule[group % 3]!) as Words;
    b = b.add(schedule[(group + 1) % 3]!.add(group)) as Words;
  }
  return { y0: a, y1: b };
});

/** Complains unless a key is one. */
function checkKey(op: string, given: unknown): void {
  const isTensor = given instanceof Tensor;
  const { axes = [], dtype = undefined } = isTensor ? given : {};
  if (axes.length === 1 && axes[0]!.name === "key" && axes[0]!.size === 2 && dtype === "ui32") return;
  throw new ShapeError({
    message: `random.${op}: this is no key`,
    expected: describe([keyAxis], "ui32"),
    got: isTensor ? describe(axes, dtype) : shown(given),
    hint: 'make one of a seed, random.key(0), or several of another, random.split(key, axis("step", 2)), and take one of them: at(keys, "step", 0)',
  });
}

/** Two words for each counter. */
function hashed(op: string, key: Key, x0: Words, x1: Words): { readonly y0: Words; readonly y1: Words } {
  checkKey(op, key);
  const words = { k0: at(key, "key", 0), k1: at(key, "key", 1) };
  return threefry({ ...words, x0, x1 });
}

/** Two words for each of so many counters, which count from 0. */
function drawn(op: string, key: Key, count: number): { readonly y0: Words; readonly y1: Words } {
  if (count >= 2 ** 32)
    throw new ShapeError({ message: `random.${op}: ${count} numbers at once`, expected: "fewer than 2^32" });
  const along = flat(count);
  const counters: Words = range(along, "ui32");
  return hashed(op, key, fill(0, [along], "ui32"), counters);
}

/**
 * The key of a seed: `jax.random.PRNGKey(seed)`, from 2^32 on as JAX has it with 64-bit integers; or of a seed that the program gets.
 * @throws ShapeError unless the seed is a whole number of 64 bits
 */
export function key(seed: number | bigint | Tensor<never, "ui32">): Key {
  if (seed instanceof Tensor)
    return concat(
      [fill(0, [{ name: "key", size: 1 }], "ui32"), reshape(seed, [{ name: "key", size: 1 }])],
      "key",
    );
  const whole = typeof seed === "bigint" || Number.isSafeInteger(seed);
  if (!whole || BigInt.asUintN(64, BigInt(seed)) !== BigInt(seed)) {
    throw new ShapeError({
      message: `random.key: ${seed} is no seed`,
      expected: "a whole number from 0, below 2^64",
    });
  }
  const number = BigInt(seed);
  return constant([Number(number >> 32n), Number(number & 0xffffffffn)], [keyAxis], "ui32");
}

/** As many keys as an axis is long, each for something of its own: `at(random.split(key, axis("layer", 4)), "layer", 0)`. */
export function split<N extends string>(key: Key, along: Axis<N>): Tensor<N | "key", "ui32"> {
  checkAxes([along, keyAxis]);
  const { y0, y1 } = drawn("split", key, along.size);
  const column = (words: Words) =>
    reshape<N | "key", "ui32">(words, [along, { name: "key", size: 1 }] as never);
  return concat([column(y0), column(y1)], "key");
}

/** The key that a number makes of a key: of a step, say. */
export function foldIn(key: Key, data: number | Tensor<never, "ui32"> | Tensor<never, "i32">): Key {
  const word =
    typeof data === "number"
      ? fill(data, [], "ui32")
      : (bitcast(data as Tensor<never, "i32">, "ui32") as Word);
  const one = flat(1);
  const { y0, y1 } = hashed("foldIn", key, fill(0, [one], "ui32"), reshape<string, "ui32">(word, [one]));
  const part = (words: Words) => reshape<"key", "ui32">(words, [{ name: "key", size: 1 }]);
  return concat([part(y0), part(y1)], "key");
}

/** The unsigned types that bits are drawn in. */
export type BitsDType = "ui8" | "ui16" | "ui32" | "ui64";

/** Uniform random bits. */
export function bits<const L extends readonly Axis[], D extends BitsDType = "ui32">(
  key: Key,
  axes: L,
  dtype = "ui32" as D,
): Tensor<NamesOf<L>, D> {
  checkAxes(axes, dtype);
  const count = sizesOf(axes).reduce((product, size) => product * size, 1);
  const { y0, y1 } = drawn("bits", key, count);
  const shaped = <E extends BitsDType>(words: Tensor<string, E>) =>
    reshape<NamesOf<L>, E>(words, axes as readonly Axis<NamesOf<L>>[]).to(dtype);
  if (dtype !== "ui64") return shaped(y0.xor(y1));
  return shaped(y0.to("ui64").shiftLeft(32).or(y1.to("ui64")));
}

/** Of each float type: the bits that are drawn, how many of them make the fraction, the type of as many bits, and 1 in it. */
const floats = {
  f64: {
    drawn: "ui64",
    shift: 12,
    bits: "ui64",
    one: 0x3ff0000000000000n,
    below: 2 ** -53,
    tiny: 2 ** -1022,
  },
  f32: { drawn: "ui32", shift: 9, bits: "ui32", one: 0x3f800000, below: 2 ** -24, tiny: 2 ** -126 },
  f16: { drawn: "ui16", shift: 6, bits: "ui16", one: 0x3c00, below: 2 ** -11, tiny: 2 ** -14 },
  bf16: { drawn: "ui8", shift: 1, bits: "ui16", one: 0x3f80, below: 2 ** -8, tiny: 2 ** -126 },
} as const;

/** Between what numbers. */
export interface Range {
  /** The least; 0 unless said. */
  readonly min?: number;
  /** What all are below; 1 unless said. */
  readonly max?: number;
}

const RANGE: OptionNames<Range> = { min: true, max: true };

/** Uniform floats from `min`, below `max`; other bounds than 0 and 1 are reached by a product and a sum, whose rounding may give `max` itself. */
export function uniform<const L extends readonly Axis[], D extends FloatDType = "f32">(
  key: Key,
  axes: L,
  dtype = "f32" as D,
  range: Range = {},
): Tensor<NamesOf<L>, D> {
  checkOptions("random.uniform", range, RANGE);
  const { min = 0, max = 1 } = range;
  const format = floats[dtype];
  const random = bits(key, axes, format.drawn as "ui32")
    .to(format.bits as "ui32")
    .shiftRight(format.shift);
  const one = fill(format.one, [], format.bits as "ui32");
  const unit = bitcast(random.or(one) as Tensor<NamesOf<L>, "ui32">, dtype).sub(1);
  if (min === 0 && max === 1) return unit;
  const [low, high] = [roundTo(min, dtype), roundTo(max, dtype)];
  return unit
    .mul(roundTo(high - low, dtype))
    .add(low)
    .max(low);
}

/** Floats of the normal distribution, of mean 0 and variance 1. */
export function normal<const L extends readonly Axis[], D extends FloatDType = "f32">(
  key: Key,
  axes: L,
  dtype = "f32" as D,
): Tensor<NamesOf<L>, D> {
  const spread = uniform(key, axes, dtype, { min: floats[dtype].below - 1, max: 1 });
  return erfInv(spread).mul(Math.SQRT2);
}

/** True with probability `p`: a number, or a tensor with some of the axes. */
export function bernoulli<const L extends readonly Axis[], P extends NamesOf<L> = never>(
  key: Key,
  p: number | Tensor<P, "f32">,
  axes: L,
): Tensor<NamesOf<L>, "i1"> {
  return uniform(key, axes).lt(p as number);
}

/** Floats of the standard Gumbel distribution: -log(-log(u)). */
export function gumbel<const L extends readonly Axis[], D extends FloatDType = "f32">(
  key: Key,
  axes: L,
  dtype = "f32" as D,
): Tensor<NamesOf<L>, D> {
  return neg(log(neg(log(uniform(key, axes, dtype, { min: floats[dtype].tiny, max: 1 })))));
}

/** Floats of the exponential distribution of rate 1. */
export function exponential<const L extends readonly Axis[], D extends FloatDType = "f32">(
  key: Key,
  axes: L,
  dtype = "f32" as D,
): Tensor<NamesOf<L>, D> {
  return neg(log1p(neg(uniform(key, axes, dtype))));
}

/** An index along an axis for each of the others, with probabilities in proportion to exp(logits); -1 where a logit is not a number or infinity, or all are -infinity. */
export function categorical<A extends string, D extends FloatDType, N extends A>(
  key: Key,
  logits: Tensor<A, D>,
  over: N,
): Tensor<Exclude<A, N>, "i32"> {
  const noise = gumbel(key, logits.axes as readonly Axis<A>[], logits.dtype);
  return argmax(noise.add(logits), over);
}

/**
 * The indices of an axis in random order: `jax.random.permutation(key, n)`. Sorted by random bits, so often that equal bits do not matter.
 * @throws ShapeError for an axis of 2^31 elements or more
 */
export function permutation<N extends string>(key: Key, along: Axis<N>): Tensor<N, "i32"> {
  checkKey("permutation", key);
  checkAxes([along]);
  const rounds = Math.ceil((3 * Math.log(Math.max(1, along.size))) / Math.log(2 ** 32 - 1));
  let [rest, order] = [key, range(along, "i32")];
  for (let round = 0; round < rounds; round++) {
    const keys = split(rest, { name: "half", size: 2 });
    rest = at(keys, "half", 0) as Key;
    const drawn = bits(at(keys, "half", 1) as Key, [along]);
    order = take(order, along.name, argsort(drawn, along.name)) as Tensor<N, "i32">;
  }
  return order;
}

/** A tensor with its elements along an axis in random order, for all other axes alike: `jax.random.permutation(key, x, axis)`. */
export function shuffle<A extends string, D extends DType>(key: Key, x: Tensor<A, D>, over: A): Tensor<A, D> {
  const { axis } = findAxis("random.shuffle", x, over);
  const rows = take(x, over, permutation(key, axis));
  return transpose(
    rows as Tensor<A, D>,
    x.axes.map(({ name }) => name as A),
  );
}

/**
 * Whole numbers from `min`, below `max`: the remainders of random bits, 64 of them for ranges of up to 2^16 numbers, which are then as good as all
 * as likely; 32 for larger ones, where some of R numbers are up to R / 2^32 likelier than others, or, from 2^31 on, twice as likely.
 * @throws ShapeError for a range without a number
 */
export function integers<const L extends readonly Axis[]>(
  key: Key,
  axes: L,
  range: { readonly min: number; readonly max: number },
): Tensor<NamesOf<L>, "i32"> {
  checkOptions("random.integers", range, RANGE);
  const { min, max } = range;
  const fits =
    [min, max - 1].every((n) => Number.isInteger(n) && n >= -(2 ** 31) && n < 2 ** 31) && min < max;
  if (!fits)
    throw new ShapeError({
      message: "random.integers: no i32 is in the range",
      got: `from ${min}, below ${max}`,
    });
  const keys = split(key, { name: "half", size: 2 });
  const [high, low] = [0, 1].map((i) => bits(at(keys, "half", i) as Key, axes)) as [
    Tensor<NamesOf<L>, "ui32">,
    Tensor<NamesOf<L>, "ui32">,
  ];
  const span = max - min;
  const half = 2 ** 16 % span;
  // Of words of 32 bits, as all products here.
  const factor = Number(BigInt.asUintN(32, BigInt(half) * BigInt(half)) % BigInt(span));
  const offset = span === 2 ** 32 ? low : high.rem(span).mul(factor).add(low.rem(span)).rem(span);
  return bitcast(offset, "i32").add(min) as Tensor<NamesOf<L>, "i32">;
}
