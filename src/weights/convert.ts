/** @file f32, bf16 and f16 bytes into one another, rounding to nearest even. */
import { bf16FromF32, f16FromF32, f32FromBf16, f32FromF16 } from "../support/half.js";
import type { ComputeDType } from "./dtype.js";

/** Elements converted at a time: the f32 in between never grows with the tensor. */
const CHUNK = 2 ** 20;

/** Elements `begin` to `end` of a buffer, as f32. */
const decode: Readonly<
  Record<ComputeDType, (buffer: ArrayBuffer, begin: number, end: number) => Float32Array>
> = {
  f32: (buffer, begin, end) => new Float32Array(buffer, begin * 4, end - begin),
  bf16: (buffer, begin, end) => f32FromBf16(new Uint16Array(buffer, begin * 2, end - begin)),
  f16: (buffer, begin, end) => f32FromF16(new Uint16Array(buffer, begin * 2, end - begin)),
};

/** The bit patterns of f32 values in another type. */
const encode: Readonly<Record<ComputeDType, (values: Float32Array) => Float32Array | Uint16Array>> = {
  f32: (values) => values,
  bf16: bf16FromF32,
  f16: f16FromF32,
};

const BYTES: Readonly<Record<ComputeDType, number>> = { f32: 4, bf16: 2, f16: 2 };

/**
 * `bytes` of elements of type `from` as elements of type `to`, in `into` if given; the same array when the
 * types are equal.
 */
export function convertFloats(
  bytes: Uint8Array<ArrayBuffer>,
  from: ComputeDType,
  to: ComputeDType,
  into?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (from === to) return bytes;
  // A typed view needs an aligned start, which bytes that are a part of something may not have.
  const { buffer } = bytes.byteOffset === 0 ? bytes : bytes.slice();
  const count = bytes.length / BYTES[from];
  const result = into ?? new Uint8Array(count * BYTES[to]);
  for (let begin = 0; begin < count; begin += CHUNK) {
    const part = encode[to](decode[from](buffer, begin, Math.min(begin + CHUNK, count)));
    result.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), begin * BYTES[to]);
  }
  return result;
}
