/** @file Tensors in the host's arrays: what holds the elements of a type, and lists of numbers as bytes. */
import { decodeFloats, decodeIntegers, encodeFloats, encodeIntegers } from "../ir/interpret/codec.js";
import { bitWidth, byteWidth, elementCount, isComplex, isFloat, type ScalarType } from "../ir/types.js";

/**
 * The typed array that holds elements of `D`: floats below 32 bits as the numbers they are in f32, complex numbers as parts in turn, integers
 * below 8 bits and booleans (0 and 1) in a byte each.
 */
export type ArrayOf<D extends ScalarType> = D extends "f64" | "complex<f64>"
  ? Float64Array<ArrayBuffer>
  : D extends "i64" | "index"
    ? BigInt64Array<ArrayBuffer>
    : D extends "ui64"
      ? BigUint64Array<ArrayBuffer>
      : D extends "i32"
        ? Int32Array<ArrayBuffer>
        : D extends "ui32"
          ? Uint32Array<ArrayBuffer>
          : D extends "i16"
            ? Int16Array<ArrayBuffer>
            : D extends "ui16"
              ? Uint16Array<ArrayBuffer>
              : D extends "i2" | "i4" | "i8"
                ? Int8Array<ArrayBuffer>
                : D extends "i1" | "ui2" | "ui4" | "ui8"
                  ? Uint8Array<ArrayBuffer>
                  : Float32Array<ArrayBuffer>;

/** Any of them. */
export type HostArray = ArrayOf<ScalarType>;

/** Numbers one by one, or lists of them as deep as the tensor has axes; of 64-bit integers bigints too, booleans of `i1`. */
export type Numbers = number | bigint | boolean | readonly Numbers[];

type ArrayClass = new (buffer: ArrayBuffer) => HostArray;

/** The class of `ArrayOf`. */
function arrayClass(dtype: ScalarType): ArrayClass {
  if (isComplex(dtype)) return dtype === "complex<f32>" ? Float32Array : Float64Array;
  if (isFloat(dtype)) return dtype === "f64" ? Float64Array : Float32Array;
  const unsigned = dtype.startsWith("ui") || dtype === "i1";
  switch (byteWidth(dtype)) {
    case 8:
      return unsigned ? BigUint64Array : BigInt64Array;
    case 4:
      return unsigned ? Uint32Array : Int32Array;
    case 2:
      return unsigned ? Uint16Array : Int16Array;
    default:
      return unsigned ? Uint8Array : Int8Array;
  }
}

/** Whether a typed array's bytes are the elements' own. */
const isStored = (dtype: ScalarType): boolean =>
  isComplex(dtype) || (isFloat(dtype) ? bitWidth(dtype) >= 32 : bitWidth(dtype) >= 8);

/** The elements of dense, row-major, little-endian bytes as a typed array, over the same memory where that can be. */
export function decodeArray<D extends ScalarType>(dtype: D, bytes: Uint8Array<ArrayBuffer>): ArrayOf<D> {
  const Class = arrayClass(dtype);
  if (isFloat(dtype) && bitWidth(dtype) < 32)
    return Float32Array.from(decodeFloats(dtype, aligned(bytes, 2))) as ArrayOf<D>;
  if (!isStored(dtype) && dtype !== "i1") {
    const numbers = Array.from(decodeIntegers(dtype, bytes), Number);
    return (dtype.startsWith("u") ? Uint8Array.from(numbers) : Int8Array.from(numbers)) as ArrayOf<D>;
  }
  const unit = Math.min(8, byteWidth(isComplex(dtype) ? (dtype === "complex<f32>" ? "f32" : "f64") : dtype));
  const { buffer, byteOffset, byteLength } = aligned(bytes, unit);
  const Over = Class as unknown as new (buffer: ArrayBuffer, offset: number, length: number) => ArrayOf<D>;
  return new Over(buffer, byteOffset, byteLength / unit);
}

const aligned = (bytes: Uint8Array<ArrayBuffer>, unit: number): Uint8Array<ArrayBuffer> =>
  bytes.byteOffset % unit === 0 ? bytes : bytes.slice();

/** Bytes, or what is wrong with the data. */
export type Encoded =
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly expected: string; readonly got: string };

/** `2x3 numbers`, for errors. */
const sizes = (shape: readonly number[]): string =>
  shape.length === 0 ? "one number" : `${shape.join(" x ")} numbers`;

/** Lists in lists as one list, and the shape they have; undefined for ragged ones. */
function flatten(
  data: Numbers,
):
  | { readonly shape: readonly number[]; readonly numbers: readonly (number | bigint | boolean)[] }
  | undefined {
  if (!Array.isArray(data)) return { shape: [], numbers: [data as number] };
  // Holes are passed over by map, and would be left out.
  const parts = Array.from(data as readonly Numbers[], flatten);
  const [first] = parts;
  if (first === undefined) return { shape: [parts.length], numbers: [] };
  const alike = parts.every((part) => part !== undefined && String(part.shape) === String(first.shape));
  if (!alike) return undefined;
  return { shape: [parts.length, ...first.shape], numbers: parts.flatMap((part) => part!.numbers) };
}

function nameOf(data: unknown): string {
  if (data === null || data === undefined) return String(data);
  if (typeof data !== "object") return `a ${typeof data}`;
  const name = (data as { readonly constructor?: { readonly name?: string } }).constructor?.name ?? "object";
  const length = (data as { readonly length?: unknown }).length;
  return typeof length === "number" ? `${name} of ${length}` : name;
}

/** The first number that elements of the type do not have: not whole, too large, or beyond what floats hold. */
function firstUnfit(dtype: ScalarType, numbers: readonly (number | bigint)[], bytes: Uint8Array): number {
  if (isFloat(dtype) || isComplex(dtype)) {
    const stored = decodeFloats(dtype, bytes);
    return numbers.findIndex((n, i) => Number.isFinite(Number(n)) !== Number.isFinite(stored[i]!));
  }
  const stored = decodeIntegers(dtype, bytes);
  return numbers.findIndex((n, i) => BigInt(n) !== stored[i]);
}

function encodeNumbers(dtype: ScalarType, numbers: readonly (number | bigint)[]): Encoded {
  const unfit = (index: number): Encoded => ({
    expected: `numbers that ${dtype} has`,
    got: `${numbers[index]} at ${index}`,
  });
  if (isFloat(dtype) || isComplex(dtype)) {
    const bytes = encodeFloats(dtype, numbers.map(Number)) as Uint8Array<ArrayBuffer>;
    const index = firstUnfit(dtype, numbers, bytes);
    return index < 0 ? { bytes } : unfit(index);
  }
  const odd = numbers.findIndex((n) => typeof n === "number" && !Number.isSafeInteger(n));
  if (odd >= 0) return unfit(odd);
  const bytes = encodeIntegers(dtype, numbers.map(BigInt)) as Uint8Array<ArrayBuffer>;
  const index = firstUnfit(dtype, numbers, bytes);
  return index < 0 ? { bytes } : unfit(index);
}

/**
 * The bytes of a tensor of a type from what a person has: the typed array of its elements, row-major, or numbers (a flat list of all, or lists
 * in lists as the axes are). Floats are rounded to nearest; integers are what is given, or refused. A typed array of the elements' own is not
 * copied.
 */
export function encodeArray(dtype: ScalarType, shape: readonly number[], data: unknown): Encoded {
  const parts = isComplex(dtype) ? 2 : 1;
  const count = elementCount(shape) * parts;
  const Class = arrayClass(dtype);
  if (ArrayBuffer.isView(data)) {
    const wanted = { expected: `${Class.name} of ${count}`, got: nameOf(data) };
    if (!(data instanceof Class) || data.length !== count) return wanted;
    if (isStored(dtype)) return { bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
    return encodeNumbers(dtype, Array.from(data as ArrayLike<number>));
  }
  const isNumber = typeof data === "number" || typeof data === "bigint" || typeof data === "boolean";
  if (!isNumber && !Array.isArray(data))
    return { expected: `${Class.name} of ${count}, or ${sizes(shape)}`, got: nameOf(data) };
  const flat = flatten(data as Numbers);
  const numbers = flat?.numbers ?? [];
  if (flat === undefined) return { expected: sizes(shape), got: "lists of different lengths" };
  const odd = numbers.findIndex((n) => !["number", "bigint", "boolean"].includes(typeof n));
  if (odd >= 0) return { expected: sizes(shape), got: `${nameOf(numbers[odd])} at ${odd}` };
  const full = parts === 1 ? shape : [...shape, parts];
  const fits = String(flat.shape) === String(full) || (flat.shape.length === 1 && flat.shape[0] === count);
  if (!fits) return { expected: sizes(full), got: sizes(flat.shape) };
  return encodeNumbers(
    dtype,
    numbers.map((n) => (typeof n === "boolean" ? Number(n) : n)),
  );
}
