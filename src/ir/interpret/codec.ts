/**
 * @file Elements as bytes <-> numbers to compute with: floats as f64, integers as 64-bit integers, rounding
 * and wrapping.
 */
import { InternalError } from "../../support/errors.js";
import { bitWidth, byteWidth, type ElementType, isFloat, isInteger, isQuantized } from "../types.js";
import { decodeFloat, encodeFloat, type NarrowFloat } from "../floats/bits.js";

/** Float values, read-only: what any float element type is computed in. */
export type Floats = ArrayLike<number>;
/** Integer values of any width. */
export type Integers = BigInt64Array | BigUint64Array;

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

type ViewConstructor<T> = new (buffer: ArrayBufferLike, offset: number, length: number) => T;

/** `bytes` as another typed array, without copying; the bytes are aligned (see Tensor). */
const viewOf = <T>(Constructor: ViewConstructor<T>, bytes: Uint8Array, width: number): T =>
  new Constructor(bytes.buffer, bytes.byteOffset, bytes.byteLength / width);

const tables = new Map<NarrowFloat, Float64Array>();

/** The numbers of all codes of a format that is stored as its bits. */
function codeTable(element: NarrowFloat): Float64Array {
  let table = tables.get(element);
  if (table === undefined) {
    table = Float64Array.from({ length: 2 ** bitWidth(element) }, (_, code) => decodeFloat(element, code));
    tables.set(element, table);
  }
  return table;
}

/** The values of float elements (complex ones: real and imaginary parts in turn). */
export function decodeFloats(element: ElementType, bytes: Uint8Array): Floats {
  if (element === "f32" || element === "complex<f32>") return viewOf(Float32Array, bytes, 4);
  if (element === "f64" || element === "complex<f64>") return viewOf(Float64Array, bytes, 8);
  if (!isFloat(element)) throw new InternalError(`${String(element)} elements are no floats`);
  const codes = byteWidth(element) === 2 ? viewOf(Uint16Array, bytes, 2) : bytes;
  const table = codeTable(element);
  return Float64Array.from(codes, (code) => table[code]!);
}

/** Rounds each value to the element type, to nearest, ties to even. */
export function encodeFloats(element: ElementType, values: Floats): Uint8Array {
  if (element === "f32" || element === "complex<f32>") return bytesOf(new Float32Array(values));
  if (element === "f64" || element === "complex<f64>") return bytesOf(new Float64Array(values));
  if (!isFloat(element)) throw new InternalError(`${String(element)} elements are no floats`);
  // What text calls 0 is the smallest number there; a number that is computed and is 0 has none, for XLA as for numpy.
  const hasZero = element !== "f8E8M0FNU";
  const encode = (value: number): number =>
    encodeFloat(element, value === 0 && !hasZero ? Number.NaN : value);
  return byteWidth(element) === 2
    ? bytesOf(Uint16Array.from(values, encode))
    : Uint8Array.from(values, encode);
}

/** The type whose integers an element is stored as. */
const storageOf = (element: ElementType): ElementType => (isQuantized(element) ? element.storage : element);

/** Whether integers of an element type have no sign; `i1` counts as 0 and 1. */
export const isUnsigned = (element: ElementType): boolean => {
  const storage = storageOf(element) as string;
  return storage.startsWith("ui") || storage === "i1";
};

/** The values of integer elements: signed, or unsigned for `ui` types and `i1`. */
export function decodeIntegers(element: ElementType, bytes: Uint8Array): Integers {
  const storage = storageOf(element);
  const width = byteWidth(storage);
  if (isUnsigned(storage)) {
    if (width === 8) return viewOf(BigUint64Array, bytes, 8);
    const Constructor = width === 4 ? Uint32Array : width === 2 ? Uint16Array : Uint8Array;
    const mask = 2n ** BigInt(bitWidth(storage)) - 1n;
    return BigUint64Array.from(
      viewOf(Constructor as ViewConstructor<Uint8Array>, bytes, width),
      (x) => BigInt(x) & mask,
    );
  }
  if (!isInteger(storage) && storage !== "index")
    throw new InternalError(`${String(element)} elements are no integers`);
  if (width === 8) return viewOf(BigInt64Array, bytes, 8);
  const Constructor = width === 4 ? Int32Array : width === 2 ? Int16Array : Int8Array;
  const bits = bitWidth(storage);
  return BigInt64Array.from(viewOf(Constructor as ViewConstructor<Int8Array>, bytes, width), (x) =>
    bits < 8 ? BigInt.asIntN(bits, BigInt(x)) : BigInt(x),
  );
}

/** Wraps each value to the width of the element type. */
export function encodeIntegers(element: ElementType, values: ArrayLike<bigint>): Uint8Array {
  const storage = storageOf(element);
  const bits = bitWidth(storage);
  const wrap = isUnsigned(storage) ? BigInt.asUintN : BigInt.asIntN;
  switch (byteWidth(storage)) {
    case 8:
      return bytesOf(BigInt64Array.from(values));
    case 4:
      return bytesOf(Int32Array.from(values, (x) => Number(BigInt.asIntN(32, x))));
    case 2:
      return bytesOf(Int16Array.from(values, (x) => Number(BigInt.asIntN(16, x))));
    default:
      return bytesOf(Int8Array.from(values, (x) => Number(wrap(bits, x))));
  }
}

/** A float as an integer: towards zero and limited to the range of the type; NaN becomes 0. */
export function truncate(x: number, element: ElementType): bigint {
  if (Number.isNaN(x)) return 0n;
  const bits = BigInt(bitWidth(element));
  const unsigned = isUnsigned(element);
  const most = 2n ** (unsigned ? bits : bits - 1n) - 1n;
  const least = unsigned ? 0n : -most - 1n;
  if (x >= Number(most)) return most;
  if (x <= Number(least)) return least;
  return BigInt(Math.trunc(x));
}
