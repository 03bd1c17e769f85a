/** @file The narrow float formats (16 bits and fewer) as data, and rounding to any of them. */
import type { ElementType, FloatType } from "../types.js";

/** How the codes that IEEE 754 keeps for infinities and NaNs are used. */
type Special =
  /** All exponent bits set: infinity, and NaNs. */
  | "ieee"
  /** No infinity; NaN is the code with all bits but the sign set. */
  | "nan"
  /** No infinity, no negative zero; NaN is the code of negative zero. */
  | "negativeZeroIsNaN"
  /** Neither infinity nor NaN: what is too large becomes the largest. */
  | "finite";

export interface FloatFormat {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  readonly special: Special;
}

const format = (
  exponentBits: number,
  mantissaBits: number,
  special: Special = "ieee",
  bias = 2 ** (exponentBits - 1) - 1,
): FloatFormat => ({ exponentBits, mantissaBits, bias, special });

/**
 * The types stored as bit patterns of these formats; f32, f64 and (never stored) tf32 are not, f8E8M0FNU has
 * no sign.
 */
export const floatFormats = {
  f16: format(5, 10),
  bf16: format(8, 7),
  f8E5M2: format(5, 2),
  f8E4M3: format(4, 3),
  f8E3M4: format(3, 4),
  f8E4M3FN: format(4, 3, "nan"),
  f8E5M2FNUZ: format(5, 2, "negativeZeroIsNaN", 16),
  f8E4M3FNUZ: format(4, 3, "negativeZeroIsNaN", 8),
  f8E4M3B11FNUZ: format(4, 3, "negativeZeroIsNaN", 11),
  f6E2M3FN: format(2, 3, "finite"),
  f6E3M2FN: format(3, 2, "finite"),
  f4E2M1FN: format(2, 1, "finite"),
} as const satisfies Partial<Record<FloatType, FloatFormat>>;

export type NarrowFloat = keyof typeof floatFormats;

/** The format of a float type that computes: digits, and range of exponents. */
export function formatOf(element: ElementType): FloatFormat {
  if (element === "f32") return format(8, 23);
  if (element === "f64") return format(11, 52);
  const known: FloatFormat | undefined = (floatFormats as Partial<Record<string, FloatFormat>>)[
    String(element)
  ];
  return known ?? format(8, 0);
}

/** The largest code without its sign that stands for a finite number. */
function largestCode({ exponentBits, mantissaBits, special }: FloatFormat): number {
  const all = 2 ** (exponentBits + mantissaBits) - 1;
  if (special === "ieee") return all - 2 ** mantissaBits;
  return special === "nan" ? all - 1 : all;
}

const signBit = ({ exponentBits, mantissaBits }: FloatFormat): number => 2 ** (exponentBits + mantissaBits);

function notANumber(f: FloatFormat): number {
  switch (f.special) {
    case "ieee":
      return largestCode(f) + 1 + 2 ** (f.mantissaBits - 1);
    case "nan":
      return largestCode(f) + 1;
    case "negativeZeroIsNaN":
      return signBit(f);
    case "finite":
      return 0;
  }
}

/** What a magnitude beyond the largest number becomes. */
const overflow = (f: FloatFormat): number => {
  if (f.special === "finite") return largestCode(f);
  return f.special === "ieee" ? largestCode(f) + 1 : notANumber(f);
};

const scratch = new Float64Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** floor(log2(x)) of a positive normal number. */
export function exponentOf(x: number): number {
  scratch[0] = x;
  return ((scratchBits[1]! >>> 20) & 0x7ff) - 1023;
}

/** The nearest integer, ties to even. */
export function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
}

/** The bit pattern of the number of a format nearest to `x` (ties to even). */
export function encodeFloat(f: FloatFormat, x: number): number {
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
  if (f.special !== "negativeZeroIsNaN") return sign + (code > largestCode(f) ? overflow(f) : code);
  if (code === 0) return 0;
  return code > largestCode(f) ? overflow(f) : sign + code;
}

/** The number a bit pattern stands for. */
export function decodeFloat(f: FloatFormat, code: number): number {
  const negative = code >= signBit(f);
  if (f.special === "negativeZeroIsNaN" && code === signBit(f)) return Number.NaN;
  const magnitude = negative ? code - signBit(f) : code;
  const sign = negative ? -1 : 1;
  if (magnitude > largestCode(f))
    return f.special === "ieee" && magnitude === largestCode(f) + 1 ? sign * Infinity : Number.NaN;
  const digits = magnitude % 2 ** f.mantissaBits;
  const exponent = Math.floor(magnitude / 2 ** f.mantissaBits);
  const lead = exponent === 0 ? 0 : 2 ** f.mantissaBits;
  return sign * (lead + digits) * 2 ** (Math.max(exponent, 1) - f.bias - f.mantissaBits);
}

/** f8E8M0FNU: powers of two alone, from 2^-127; 255 is NaN. */
export const decodeExponent = (code: number): number => (code === 255 ? Number.NaN : 2 ** (code - 127));

/**
 * The power of two nearest to `x`; what is not positive has none and is NaN, but zero becomes the smallest.
 */
export function encodeExponent(x: number): number {
  if (x === 0) return 0;
  if (!(x > 0) || x === Infinity) return 255;
  const exponent = exponentOf(x);
  // Ties go to the even code.
  const code = exponent + 127;
  const rest = x / 2 ** exponent;
  const up = rest > 1.5 || (rest === 1.5 && code % 2 !== 0);
  return Math.min(Math.max(up ? code + 1 : code, 0), 255);
}
