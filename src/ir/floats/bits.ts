/** @file Floats as bit patterns of any format, and back: exact, rounding to nearest, ties to even. */
import { type FloatFormat, floatFormats, type FloatType } from "./formats.js";

/** The largest code without its sign that stands for a finite number. */
function largestCode({ exponentBits, mantissaBits, special }: FloatFormat): number {
  const all = 2 ** (exponentBits + mantissaBits) - 1;
  if (special === "ieee") return all - 2 ** mantissaBits;
  return special === "nan" || special === "exponent" ? all - 1 : all;
}

const signBit = ({ exponentBits, mantissaBits }: FloatFormat): number => 2 ** (exponentBits + mantissaBits);

/** The code of NaN; 0 where there is none. */
function notANumber(f: FloatFormat): number {
  switch (f.special) {
    case "ieee":
      return largestCode(f) + 1 + 2 ** (f.mantissaBits - 1);
    case "nan":
      return largestCode(f) + 1;
    case "nan-at-negative-zero":
      return signBit(f);
    case "exponent":
      return 2 ** f.exponentBits - 1;
    case "finite":
      return 0;
  }
}

/** What a magnitude beyond the largest number becomes. */
function overflow(f: FloatFormat): number {
  if (f.special === "finite") return largestCode(f);
  return f.special === "ieee" ? largestCode(f) + 1 : notANumber(f);
}

const scratch = new DataView(new ArrayBuffer(8));

/** floor(log2(x)) of a positive normal number; -1023 for subnormal ones. */
export function exponentOf(x: number): number {
  scratch.setFloat64(0, x);
  return ((scratch.getUint32(0) >>> 20) & 0x7ff) - 1023;
}

/** The nearest integer, ties to even. */
export function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
}

/** The code of a format whose number is nearest to `x`; for formats of at most 32 bits. */
function encode(f: FloatFormat, x: number): number {
  if (f.special === "exponent") return encodeExponent(f, x);
  if (Number.isNaN(x)) return notANumber(f);
  const negative = x < 0 || Object.is(x, -0);
  const sign = negative ? signBit(f) : 0;
  const magnitude = Math.abs(x);
  const smallest = 1 - f.bias;
  const exponent = Math.max(smallest, magnitude === 0 ? smallest : exponentOf(magnitude));
  const digits =
    magnitude === Infinity ? Infinity : roundHalfEven(magnitude / 2 ** (exponent - f.mantissaBits));
  // Carries run over into the exponent, as they do in the bits.
  const code = (exponent - smallest) * 2 ** f.mantissaBits + digits;
  if (f.special !== "nan-at-negative-zero") return sign + (code > largestCode(f) ? overflow(f) : code);
  if (code === 0) return 0;
  return code > largestCode(f) ? overflow(f) : sign + code;
}

/**
 * The power of two nearest to `x`. Halfway between two it is the larger: with no digits, the last bit of any significand
 * is its leading one, which is odd. Zero becomes the smallest number, as in MLIR's text; what is negative is NaN.
 */
function encodeExponent(f: FloatFormat, x: number): number {
  if (x === 0) return 0;
  if (!(x > 0) || x === Infinity) return notANumber(f);
  const exponent = exponentOf(x);
  const code = exponent + f.bias + (x / 2 ** exponent >= 1.5 ? 1 : 0);
  return Math.min(Math.max(code, 0), notANumber(f));
}

function decode(f: FloatFormat, code: number): number {
  if (f.special === "exponent") return code === notANumber(f) ? Number.NaN : 2 ** (code - f.bias);
  const negative = code >= signBit(f);
  if (f.special === "nan-at-negative-zero" && code === signBit(f)) return Number.NaN;
  const magnitude = negative ? code - signBit(f) : code;
  const sign = negative ? -1 : 1;
  if (magnitude > largestCode(f))
    return f.special === "ieee" && magnitude === largestCode(f) + 1 ? sign * Infinity : Number.NaN;
  const digits = magnitude % 2 ** f.mantissaBits;
  const exponent = Math.floor(magnitude / 2 ** f.mantissaBits);
  const lead = exponent === 0 ? 0 : 2 ** f.mantissaBits;
  return sign * (lead + digits) * 2 ** (Math.max(exponent, 1) - f.bias - f.mantissaBits);
}

/** The float types that are stored as bit patterns: all but those with typed arrays of their own. */
export type NarrowFloat = Exclude<FloatType, "f32" | "f64">;

/** The code of the value of `type` nearest to `x`. */
export const encodeFloat = (type: NarrowFloat, x: number): number => encode(floatFormats[type], x);

/** The number that a code of `type` stands for. */
export const decodeFloat = (type: NarrowFloat, code: number): number => decode(floatFormats[type], code);

/** The smallest positive and the largest finite number of a type. */
export function floatRange(type: FloatType): readonly [least: number, most: number] {
  if (type === "f64") return [Number.MIN_VALUE, Number.MAX_VALUE];
  const f: FloatFormat = floatFormats[type];
  return [decode(f, f.special === "exponent" ? 0 : 1), decode(f, largestCode(f))];
}

/** The bit pattern of the value of `type` nearest to `value`; NaN is the quiet one with no payload. */
export function floatToBits(type: FloatType, value: number): bigint {
  if (type === "f64") {
    scratch.setFloat64(0, value);
    return scratch.getBigUint64(0);
  }
  if (type !== "f32" || Number.isNaN(value)) return BigInt(encode(floatFormats[type], value));
  scratch.setFloat32(0, value);
  return BigInt(scratch.getUint32(0));
}

/** The number that a bit pattern of `type` stands for (exact). */
export function floatFromBits(type: FloatType, bits: bigint): number {
  if (type === "f64") {
    scratch.setBigUint64(0, bits);
    return scratch.getFloat64(0);
  }
  if (type !== "f32") return decode(floatFormats[type], Number(bits));
  scratch.setUint32(0, Number(bits));
  return scratch.getFloat32(0);
}
