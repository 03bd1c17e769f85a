/**
 * @file Bit patterns of every float type: a table of formats, and exact conversion from and to f64 numbers.
 */
import type { FloatType } from "../types.js";

/**
 * special: what the top exponent means. ieee: infinities and NaNs; nan: one NaN, all ones; unsigned-zero: one
 * NaN, the pattern of minus zero; finite: nothing special.
 */
interface FloatFormat {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  readonly special: "ieee" | "nan" | "unsigned-zero" | "finite";
}

const format = (
  exponentBits: number,
  mantissaBits: number,
  special: FloatFormat["special"],
  bias = 2 ** (exponentBits - 1) - 1,
): FloatFormat => ({ exponentBits, mantissaBits, bias, special });

const formats: Readonly<Record<FloatType, FloatFormat>> = {
  f64: format(11, 52, "ieee"),
  f32: format(8, 23, "ieee"),
  f16: format(5, 10, "ieee"),
  bf16: format(8, 7, "ieee"),
  tf32: format(8, 10, "ieee"),
  f8E5M2: format(5, 2, "ieee"),
  f8E4M3: format(4, 3, "ieee"),
  f8E3M4: format(3, 4, "ieee"),
  f8E4M3FN: format(4, 3, "nan"),
  f8E5M2FNUZ: format(5, 2, "unsigned-zero", 16),
  f8E4M3FNUZ: format(4, 3, "unsigned-zero", 8),
  f8E4M3B11FNUZ: format(4, 3, "unsigned-zero", 11),
  // An exponent without sign, mantissa or zero; 2 ** (bits - 127).
  f8E8M0FNU: format(8, 0, "nan"),
  f6E2M3FN: format(2, 3, "finite"),
  f6E3M2FN: format(3, 2, "finite"),
  f4E2M1FN: format(2, 1, "finite"),
};

/** Bits of the significand, the hidden one included. */
export const floatPrecision = (type: FloatType): number => formats[type].mantissaBits + 1;

const scratch = new DataView(new ArrayBuffer(8));

function f64Bits(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}

/**
 * Sign, exponent of two and significand of a finite number other than zero, as `significand * 2 ** exponent`.
 */
export function decompose(value: number): { readonly significand: bigint; readonly exponent: number } {
  const bits = f64Bits(Math.abs(value));
  const field = Number(bits >> 52n);
  const fraction = bits & 0xfffffffffffffn;
  return field === 0
    ? { significand: fraction, exponent: -1074 }
    : { significand: fraction | (1n << 52n), exponent: field - 1075 };
}

function roundShift(value: bigint, shift: number): bigint {
  if (shift <= 0) return value << BigInt(-shift);
  const kept = value >> BigInt(shift);
  const rest = value - (kept << BigInt(shift));
  const half = 1n << BigInt(shift - 1);
  if (rest > half || (rest === half && (kept & 1n) === 1n)) return kept + 1n;
  return kept;
}

function nanBits({ exponentBits, mantissaBits, special }: FloatFormat): bigint {
  if (special === "ieee") return ((1n << BigInt(exponentBits + 1)) - 1n) << BigInt(mantissaBits - 1);
  if (special === "nan") return (1n << BigInt(exponentBits + mantissaBits)) - 1n;
  if (special === "unsigned-zero") return 1n << BigInt(exponentBits + mantissaBits);
  return 0n;
}

/** The pattern of infinity, or what stands for a number too large: a NaN, or the largest number. */
function overflowBits(f: FloatFormat): bigint {
  if (f.special === "ieee") return ((1n << BigInt(f.exponentBits)) - 1n) << BigInt(f.mantissaBits);
  return f.special === "finite" ? largestBits(f) : nanBits(f);
}

function largestBits({ exponentBits, mantissaBits, special }: FloatFormat): bigint {
  const all = (1n << BigInt(exponentBits + mantissaBits)) - 1n;
  if (special === "ieee") return all - (1n << BigInt(mantissaBits));
  return special === "nan" ? all - 1n : all;
}

/** The bit pattern of the value of `type` nearest to `value`, ties to even. */
export function floatToBits(type: FloatType, value: number): bigint {
  if (type === "f64") return f64Bits(value);
  if (type === "f32" && !Number.isNaN(value)) {
    scratch.setFloat32(0, value);
    return BigInt(scratch.getUint32(0));
  }
  if (type === "f8E8M0FNU") return powerOfTwoBits(value);
  const f = formats[type];
  const signBit = 1n << BigInt(f.exponentBits + f.mantissaBits);
  const negative = value < 0 || Object.is(value, -0);
  if (Number.isNaN(value)) return nanBits(f);
  const magnitude = magnitudeBits(f, Math.abs(value));
  if (f.special === "unsigned-zero" && (magnitude === 0n || magnitude === signBit)) return magnitude;
  return negative ? magnitude | signBit : magnitude;
}

function magnitudeBits(f: FloatFormat, value: number): bigint {
  if (value === 0) return 0n;
  if (value === Number.POSITIVE_INFINITY) return overflowBits(f);
  const { significand, exponent } = decompose(value);
  const top = exponent + significand.toString(2).length - 1;
  // Subnormal numbers share the smallest exponent.
  const lowest = 1 - f.bias;
  const scale = Math.max(top, lowest) - f.mantissaBits;
  const rounded = roundShift(significand, scale - exponent);
  const field = BigInt(Math.max(top, lowest) + f.bias - 1);
  const bits = (field << BigInt(f.mantissaBits)) + rounded;
  return bits > largestBits(f) ? overflowBits(f) : bits;
}

function powerOfTwoBits(value: number): bigint {
  if (!(value > 0) || value === Number.POSITIVE_INFINITY) return 0xffn;
  const { significand, exponent } = decompose(value);
  const length = significand.toString(2).length;
  const top = exponent + length - 1;
  const halfway = length > 1 && ((significand >> BigInt(length - 2)) & 1n) === 1n;
  return BigInt(Math.min(Math.max(top + (halfway ? 1 : 0) + 127, 0), 255));
}

/** The number that a bit pattern of `type` stands for (exact). */
export function floatFromBits(type: FloatType, bits: bigint): number {
  if (type === "f64") {
    scratch.setBigUint64(0, bits);
    return scratch.getFloat64(0);
  }
  if (type === "f32") {
    scratch.setUint32(0, Number(bits));
    return scratch.getFloat32(0);
  }
  if (type === "f8E8M0FNU") return bits === 0xffn ? Number.NaN : 2 ** (Number(bits) - 127);
  const f = formats[type];
  const width = BigInt(f.exponentBits + f.mantissaBits);
  const magnitude = bits & ((1n << width) - 1n);
  const sign = bits >> width === 0n ? 1 : -1;
  if (f.special === "unsigned-zero" && bits === nanBits(f)) return Number.NaN;
  if (magnitude > largestBits(f))
    return f.special === "ieee" && magnitude === overflowBits(f)
      ? sign * Number.POSITIVE_INFINITY
      : Number.NaN;
  const field = Number(magnitude >> BigInt(f.mantissaBits));
  const fraction = Number(magnitude & ((1n << BigInt(f.mantissaBits)) - 1n));
  const scale = 2 ** (Math.max(field, 1) - f.bias - f.mantissaBits);
  return sign * (fraction + (field === 0 ? 0 : 2 ** f.mantissaBits)) * scale;
}
