/**
 * @file bf16 and f16 <-> f32 over typed arrays, rounding to nearest, ties to even. Node 20 has no
 * Float16Array.
 */
import { Float16Array } from "@petamoriken/float16";

/** The bf16 bit patterns nearest to `values` (ties to even); NaN stays a quiet NaN. */
export function bf16FromF32(values: Float32Array): Uint16Array {
  const source = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const result = new Uint16Array(values.length);
  for (let i = 0; i < source.length; i++) {
    const bits = source[i]!;
    const notANumber = (bits & 0x7fffffff) > 0x7f800000;
    result[i] = notANumber ? (bits >>> 16) | 0x40 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
  return result;
}

/** The f32 values of bf16 bit patterns (exact). */
export function f32FromBf16(bits: Uint16Array): Float32Array {
  const result = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) result[i] = bits[i]! << 16;
  return new Float32Array(result.buffer);
}

/** f16 bit patterns of `values`. */
export function f16FromF32(values: Float32Array): Uint16Array {
  const halves = new Float16Array(values);
  return new Uint16Array(halves.buffer, halves.byteOffset, halves.length);
}

let f16Values: Float32Array | undefined;

/**
 * The f32 values of f16 bit patterns (exact), through a table of all 65536: an emulated Float16Array is slow
 * to read.
 */
export function f32FromF16(bits: Uint16Array): Float32Array {
  f16Values ??= new Float32Array(new Float16Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer));
  const result = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) result[i] = f16Values[bits[i]!]!;
  return result;
}
