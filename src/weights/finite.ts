/** @file Infinities and NaNs in weights, found before a model makes wrong numbers of them. */
import { f32FromBf16, f32FromF16 } from "../support/half.js";
import type { BoundParameter } from "./bind.js";
import type { ComputeDType } from "./dtype.js";
import { CheckpointError } from "./errors.js";

/**
 * In words of 32 bits: the bits of the exponents in one, and the lowest of each. An exponent whose bits are all 1, as infinities and NaNs
 * have it, carries into the sign's bit when 1 is added; no other does.
 */
const EXPONENTS: Readonly<Record<ComputeDType, readonly [exponents: number, ones: number, signs: number]>> = {
  f32: [0x7f800000, 0x00800000, 0x80000000],
  bf16: [0x7f807f80, 0x00800080, 0x80008000],
  f16: [0x7c007c00, 0x04000400, 0x80008000],
};

const valuesOf: Readonly<Record<ComputeDType, (bytes: Uint8Array<ArrayBuffer>) => Float32Array>> = {
  f32: (bytes) => new Float32Array(bytes.buffer),
  bf16: (bytes) => f32FromBf16(new Uint16Array(bytes.buffer)),
  f16: (bytes) => f32FromF16(new Uint16Array(bytes.buffer)),
};

/** Words that are looked at before it is asked whether one was found. */
const BLOCK_WORDS = 2 ** 16;

/** What the words' exponents carry together. Eight by eight: it is all that the weights of a large model wait for. */
function carried(words: Int32Array, begin: number, end: number, mask: number, one: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = begin | 0;
  for (; i < end - 7; i = (i + 8) | 0) {
    a |= ((words[i]! & mask) + one) | 0;
    b |= ((words[i + 1]! & mask) + one) | 0;
    c |= ((words[i + 2]! & mask) + one) | 0;
    d |= ((words[i + 3]! & mask) + one) | 0;
    a |= ((words[i + 4]! & mask) + one) | 0;
    b |= ((words[i + 5]! & mask) + one) | 0;
    c |= ((words[i + 6]! & mask) + one) | 0;
    d |= ((words[i + 7]! & mask) + one) | 0;
  }
  for (; i < end; i++) a |= ((words[i]! & mask) + one) | 0;
  return a | b | c | d;
}

/** The first element that is infinite or NaN, by its place in row-major order; undefined where all are finite. */
export function firstNotFinite(
  bytes: Uint8Array<ArrayBuffer>,
  type: ComputeDType,
): { readonly index: number; readonly value: number } | undefined {
  // Words need an aligned start.
  if (bytes.byteOffset % 4 !== 0) return firstNotFinite(bytes.slice(), type);
  const [mask, one, signs] = EXPONENTS[type];
  const width = type === "f32" ? 4 : 2;
  const count = Math.floor(bytes.length / 4);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, count);
  const find = (begin: number, end: number) => {
    const values = valuesOf[type](bytes.slice(begin, end));
    const at = values.findIndex((value) => !Number.isFinite(value));
    return at < 0 ? undefined : { index: begin / width + at, value: values[at]! };
  };
  for (let begin = 0; begin < count; begin += BLOCK_WORDS) {
    const end = Math.min(begin + BLOCK_WORDS, count);
    if ((carried(words, begin, end, mask, one) & signs) !== 0) return find(begin * 4, end * 4);
  }
  // Half a word: an odd number of halves.
  return find(count * 4, bytes.length);
}

/** Indices along each axis of the element at a place in row-major order. */
function indicesOf(place: number, shape: readonly number[]): readonly number[] {
  let rest = place;
  return [...shape]
    .reverse()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .reverse();
}

/**
 * Holds a parameter's data, as `type`, against infinities and NaNs. Reads all of it, on the calling thread.
 * @throws CheckpointError with the tensor and the indices of the first
 */
export function checkFinite(
  { path, name = path, file = "the weights", shape, dtype }: BoundParameter,
  data: Uint8Array<ArrayBuffer>,
  type: ComputeDType,
): void {
  const found = firstNotFinite(data, type);
  if (found === undefined) return;
  const isWider = type === "f16" && dtype !== "f16";
  throw new CheckpointError(file, [
    {
      subject: name,
      problem: `has a number that is not finite${dtype === type ? "" : `, as ${type}`}`,
      expected: "finite numbers",
      got: `${found.value} at [${indicesOf(found.index, shape).join(", ")}]`,
      hint: isWider
        ? `${dtype} holds larger numbers than f16: load it as bf16 or f32`
        : "is the file damaged, or did its training diverge? allowNonFinite (--allow-non-finite) loads it as it is",
    },
  ]);
}
