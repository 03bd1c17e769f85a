/** @file Lists and texts that a plugin hands out as pointer and length, copied into JavaScript values. */
import { copyBytes } from "./ffi.js";

const utf8 = new TextDecoder();

/** UTF-8 text of `length` bytes. */
export function readText(address: bigint, length: number): string {
  return utf8.decode(copyBytes(address, length));
}

/** `count` pointers. */
export function readPointers(address: bigint, count: number): readonly bigint[] {
  return [...new BigUint64Array(copyBytes(address, count * 8).buffer)];
}

/** `count` values of `int64_t` or `size_t`, as numbers. */
export function readInt64s(address: bigint, count: number): readonly number[] {
  return [...new BigInt64Array(copyBytes(address, count * 8).buffer)].map(Number);
}

/** `count` values of `int32_t` or of an enum. */
export function readInt32s(address: bigint, count: number): readonly number[] {
  return [...new Int32Array(copyBytes(address, count * 4).buffer)];
}

/** `count` texts, given as an array of pointers and an array of `size_t` lengths. */
export function readTexts(pointers: bigint, lengths: bigint, count: number): readonly string[] {
  const sizes = readInt64s(lengths, count);
  return readPointers(pointers, count).map((pointer, i) => readText(pointer, sizes[i]!));
}
