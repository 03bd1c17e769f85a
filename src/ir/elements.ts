/** @file The values of a constant: raw bytes plus a splat flag, never a list of JS numbers. */
import { decodeFloat, encodeFloat } from "./floats/bits.js";
import { isFloatType } from "./floats/formats.js";
import { areNumbers, type Integer, integerOf } from "./integers.js";
import {
  bitWidth,
  byteWidth,
  elementCount,
  type ElementType,
  formatType,
  isFloat,
  isInteger,
  isQuantized,
  type ScalarType,
  type TensorType,
} from "./types.js";
import { InternalError } from "../support/errors.js";

/**
 * `data` holds the elements little-endian and row-major, one byte each for `i1` and sub-byte types; when `splat`, it holds
 * one element that stands for all.
 */
export interface Elements {
  readonly type: TensorType;
  readonly data: Uint8Array;
  readonly splat: boolean;
}

/** The bytes of numbers as `Elements` hold them: signed integers of less than a byte with their sign, others of less without further bits, i1 as 0 and 1. */
export function heldBytes(bytes: Uint8Array, type: ElementType): Uint8Array {
  const element = isQuantized(type) ? type.storage : type;
  const width = bitWidth(element);
  if (width >= 8) return bytes;
  if (element === "i1") return bytes.map((byte) => (byte === 0 ? 0 : 1));
  const unused = 32 - width;
  const isSignedInteger = /^s?i/.test(element);
  return bytes.map((byte) => (isSignedInteger ? (byte << unused) >> unused : byte & ((1 << width) - 1)));
}

/** Number of elements that `data` holds. */
export const storedCount = (elements: Elements): number =>
  elements.splat ? 1 : elementCount(elements.type.shape);

/** Elements over raw bytes; checks their length. A list of bitwise equal elements becomes a splat, as in MLIR. */
export function rawElements(type: TensorType, data: Uint8Array): Elements {
  const width = byteWidth(type.element);
  const count = elementCount(type.shape);
  if (data.length === width && count !== 1) return { type, data, splat: true };
  if (data.length !== width * count) {
    throw new InternalError(`${data.length} bytes given for a constant of type ${formatType(type)}`);
  }
  if (count === 0) return { type, data, splat: false };
  for (let i = width; i < data.length; i++)
    if (data[i] !== data[i - width]) return { type, data, splat: false };
  return { type, data: data.slice(0, width), splat: true };
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function encode(element: ScalarType, values: readonly number[]): Uint8Array {
  switch (element) {
    case "f64":
      return bytesOf(Float64Array.from(values));
    case "f32":
      return bytesOf(Float32Array.from(values));
    case "bf16":
    case "f16":
      // Not by way of f32: rounding twice is not rounding to the nearest.
      return bytesOf(Uint16Array.from(values, (value) => encodeFloat(element, value)));
    case "i1":
      return Uint8Array.from(values, (value) => (value === 0 ? 0 : 1));
    case "i64":
    case "si64":
    case "ui64":
    case "index":
      return bytesOf(BigInt64Array.from(values, BigInt));
    case "i32":
    case "ui32":
    case "si32":
      return bytesOf(Int32Array.from(values, (value) => value | 0));
    case "i16":
    case "ui16":
    case "si16":
      return bytesOf(Int16Array.from(values));
    case "i8":
    case "i4":
    case "i2":
    case "si8":
    case "si4":
    case "si2":
    case "ui8":
    case "ui4":
    case "ui2":
      return bytesOf(Int8Array.from(values));
    case "complex<f64>":
      return bytesOf(Float64Array.from(values.flatMap((value) => [value, 0])));
    case "complex<f32>":
      return bytesOf(Float32Array.from(values.flatMap((value) => [value, 0])));
    default:
      // What is left are floats of eight bits and fewer, each in a byte of its own.
      if (isFloatType(element)) return Uint8Array.from(values, (value) => encodeFloat(element, value));
      throw new InternalError(`constants of ${element} cannot be made from numbers`);
  }
}

/**
 * A constant from numbers (booleans as 0 and 1, complex ones by their real parts): all elements in row-major order, or one for a splat. Integers beyond 2^53 are for
 * constants of 64-bit integers alone.
 */
export function elementsFromNumbers(type: TensorType, values: readonly Integer[]): Elements {
  if (typeof type.element !== "string")
    throw new InternalError("quantised constants cannot be made from numbers");
  if (!areNumbers(values)) {
    if (bitWidth(type.element) !== 64 || !isInteger(type.element))
      throw new InternalError(`constants of ${type.element} cannot hold integers beyond 2^53`);
    return rawElements(type, bytesOf(BigInt64Array.from(values, BigInt)));
  }
  return rawElements(type, encode(type.element, values));
}

/** Element `index` (row-major) as a number; 64-bit integers lose precision past 2^53. For floats, integers and `i1`. */
export function numberAt(elements: Elements, index: number): number {
  const { element } = elements.type;
  const { data } = elements;
  const at = (elements.splat ? 0 : index) * byteWidth(element);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (element) {
    case "f64":
      return view.getFloat64(at, true);
    case "f32":
      return view.getFloat32(at, true);
    case "bf16":
    case "f16":
      return decodeFloat(element, view.getUint16(at, true));
    case "i64":
    case "si64":
    case "index":
      return Number(view.getBigInt64(at, true));
    case "ui64":
      return Number(view.getBigUint64(at, true));
    case "i32":
    case "si32":
      return view.getInt32(at, true);
    case "ui32":
      return view.getUint32(at, true);
    case "i16":
    case "si16":
      return view.getInt16(at, true);
    case "ui16":
      return view.getUint16(at, true);
    case "i8":
    case "si8":
      return view.getInt8(at);
    case "i4":
    case "si4":
      return (view.getInt8(at) << 28) >> 28;
    case "i2":
    case "si2":
      return (view.getInt8(at) << 30) >> 30;
    case "ui4":
      return view.getUint8(at) & 15;
    case "ui2":
      return view.getUint8(at) & 3;
    case "ui8":
    case "i1":
      return view.getUint8(at);
    default:
      if (typeof element === "string" && isFloatType(element)) return decodeFloat(element, view.getUint8(at));
      throw new InternalError(`elements of ${String(element)} have no number`);
  }
}

/** Element `index` (row-major) of integers of 64 bits, exactly. */
export function integerAt({ type, data, splat }: Elements, index: number): Integer {
  const at = (splat ? 0 : index) * byteWidth(type.element);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return integerOf(type.element === "ui64" ? view.getBigUint64(at, true) : view.getBigInt64(at, true));
}

/** Whether `numberAt` and `elementsFromNumbers` know the element type exactly as f64 numbers. */
export const hasNumbers = (element: TensorType["element"]): boolean =>
  element === "i1" ||
  (isInteger(element) && !element.endsWith("64")) ||
  (isFloat(element) && ["f64", "f32", "f16", "bf16"].includes(element));

/** The one value of a splat, or undefined. */
export const splatNumber = (elements: Elements): number | undefined =>
  elements.splat || elementCount(elements.type.shape) === 1 ? numberAt(elements, 0) : undefined;
