/** @file The float types of StableHLO, each with its format: the one table that all else about floats is read from. */
import { InternalError } from "../../support/errors.js";

/** What the codes with the largest exponent mean. */
type Special =
  /** Infinities, and NaNs. */
  | "ieee"
  /** No infinity; the code with all bits but the sign set is NaN. */
  | "nan"
  /** No infinity and no negative zero; the code of negative zero is NaN. */
  | "nan-at-negative-zero"
  /** Neither infinity nor NaN: what is too large becomes the largest number. */
  | "finite"
  /** Neither sign, digits nor zero: code c is 2^(c - bias), and the code with all bits set is NaN. */
  | "exponent";

/** How the bits of a float are divided, and what they mean. */
export interface FloatFormat {
  readonly exponentBits: number;
  /** Stored bits of the significand, without the leading one. */
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

/** Every float type of StableHLO, by its spelling. */
export const floatFormats = {
  f64: format(11, 52),
  f32: format(8, 23),
  f16: format(5, 10),
  bf16: format(8, 7),
  f8E5M2: format(5, 2),
  f8E4M3FN: format(4, 3, "nan"),
  f8E4M3: format(4, 3),
  f8E3M4: format(3, 4),
  f8E5M2FNUZ: format(5, 2, "nan-at-negative-zero", 16),
  f8E4M3FNUZ: format(4, 3, "nan-at-negative-zero", 8),
  f8E4M3B11FNUZ: format(4, 3, "nan-at-negative-zero", 11),
  f8E8M0FNU: format(8, 0, "exponent"),
  f6E2M3FN: format(2, 3, "finite"),
  f6E3M2FN: format(3, 2, "finite"),
  f4E2M1FN: format(2, 1, "finite"),
  /** In the algorithms of dot_general alone; no tensor has it. */
  tf32: format(8, 10),
} as const satisfies Readonly<Record<string, FloatFormat>>;

export type FloatType = keyof typeof floatFormats;

/** All float types, in the order of the table. */
export const floatTypes = Object.keys(floatFormats) as readonly FloatType[];

/** Whether `text` is the spelling of a float type. */
export const isFloatType = (text: string): text is FloatType => Object.hasOwn(floatFormats, text);

/** Bits of a value, its sign included. */
export function floatBits(type: FloatType): number {
  const { exponentBits, mantissaBits, special } = floatFormats[type] as FloatFormat;
  return (special === "exponent" ? 0 : 1) + exponentBits + mantissaBits;
}

/** Bits of the significand, the leading one included. */
export const floatPrecision = (type: FloatType): number => floatFormats[type].mantissaBits + 1;

/** The smallest positive number that has all its digits. */
export const smallestNormal = (type: FloatType): number => 2 ** (1 - floatFormats[type].bias);

/** The largest finite number of a type with infinities. */
export function largestNumber(type: FloatType): number {
  const { mantissaBits, bias, special } = floatFormats[type] as FloatFormat;
  if (special !== "ieee") throw new InternalError(`${type} has no infinity`);
  return 2 ** bias * (2 - 2 ** -mantissaBits);
}
