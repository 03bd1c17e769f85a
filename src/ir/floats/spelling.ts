/**
 * @file How MLIR spells a float: six significant digits in scientific form if they read back as the same
 * bits, else the digits that LLVM's APFloat takes for enough, else the bit pattern. Digits
 * are cut and rounded exactly as there (binary cut to a few digits more than asked for, then half up),
 * because text identity depends on it.
 */
import { floatFromBits, floatToBits } from "./bits.js";
import { floatPrecision, type FloatType } from "./formats.js";

/** `digits * 10 ** exponent`, without trailing zeros. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

function roundDigits({ digits, exponent }: Decimal, precision: number): Decimal {
  if (digits.length <= precision) return { digits, exponent };
  const kept = BigInt(digits.slice(0, precision)) + (digits[precision]! >= "5" ? 1n : 0n);
  return dropZeros(kept.toString(), exponent + digits.length - precision);
}

function dropZeros(digits: string, exponent: number): Decimal {
  let end = digits.length;
  while (end > 1 && digits[end - 1] === "0") end--;
  return { digits: digits.slice(0, end), exponent: exponent + digits.length - end };
}

/** A positive finite number, as `significand * 2 ** exponent`. */
function decompose(value: number): { readonly significand: bigint; readonly exponent: number } {
  const bits = floatToBits("f64", value);
  const field = Number(bits >> 52n);
  const fraction = bits & 0xfffffffffffffn;
  return field === 0
    ? { significand: fraction, exponent: -1074 }
    : { significand: fraction | (1n << 52n), exponent: field - 1075 };
}

const bitLength = (value: bigint): number => value.toString(2).length;

function toDecimal(magnitude: number, precision: number): Decimal {
  let { significand, exponent } = decompose(magnitude);
  while ((significand & 1n) === 0n) {
    significand >>= 1n;
    exponent++;
  }
  if (exponent > 0) {
    significand <<= BigInt(exponent);
    exponent = 0;
  } else {
    significand *= 5n ** BigInt(-exponent);
  }
  // 196 / 59 is a little more than log2(10).
  const wanted = Math.floor((precision * 196 + 58) / 59);
  const removable = Math.floor(((bitLength(significand) - wanted) * 59) / 196);
  if (removable > 0) {
    significand /= 10n ** BigInt(removable);
    exponent += removable;
  }
  return roundDigits(dropZeros(significand.toString(), exponent), precision);
}

/** `1.234560e+05`. */
function scientific({ digits, exponent }: Decimal, decimals: number): string {
  const power = exponent + digits.length - 1;
  const fraction = digits.slice(1).padEnd(decimals, "0");
  return `${digits[0]}.${fraction}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** The spelling APFloat chooses on its own: plain unless that needs more than three filling zeros. */
function natural({ digits, exponent }: Decimal, precision: number): string {
  const power = exponent + digits.length - 1;
  const plain = exponent >= 0 ? exponent <= 3 && digits.length + exponent <= precision : power >= -3;
  if (!plain) {
    const fraction = digits.length === 1 ? "0" : digits.slice(1);
    return `${digits[0]}.${fraction}E${power < 0 ? "-" : "+"}${Math.abs(power)}`;
  }
  if (exponent >= 0) return digits + "0".repeat(exponent);
  const whole = digits.length + exponent;
  if (whole > 0) return `${digits.slice(0, whole)}.${digits.slice(whole)}`;
  return `0.${"0".repeat(-whole)}${digits}`;
}

/** Digits that APFloat takes for enough to read a value of so many significant bits back. */
const enoughDigits = (bits: number): number => 2 + Math.floor((bits * 59) / 196);

/** A number as APFloat spells it by itself, e.g. the scale of a quantised type. */
export function formatNatural(value: number, type: FloatType = "f64"): string {
  if (value === 0) return "0.0";
  const precision = enoughDigits(floatPrecision(type));
  const text = natural(toDecimal(Math.abs(value), precision), precision);
  const sign = value < 0 ? "-" : "";
  return /[.E]/.test(text) ? sign + text : `${sign}${text}.0`;
}

const hexadecimal = (bits: bigint): string => `0x${bits.toString(16).toUpperCase()}`;

/** Text of the float of `type` with these bits, as in `dense<..>` and attributes. */
export function formatFloatBits(bits: bigint, type: FloatType): string {
  const value = floatFromBits(type, bits);
  if (!Number.isFinite(value)) return hexadecimal(bits);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) return `${sign}0.000000e+00`;
  const magnitude = Math.abs(value);
  const short = sign + scientific(toDecimal(magnitude, 6), 6);
  if (floatToBits(type, Number(short)) === bits) return short;
  const precision = enoughDigits(floatPrecision(type));
  const text = natural(toDecimal(magnitude, precision), precision);
  return text.includes(".") ? sign + text : hexadecimal(bits);
}

/** Text of a number as a float of `type`. */
export const formatFloat = (value: number, type: FloatType): string =>
  formatFloatBits(floatToBits(type, value), type);
