/** @file Integer functions whose result is not just the one of bigint, wrapped. */
import type { IntegerInfo } from "./elementwise.js";

const asUnsigned = (x: bigint, bits: number): bigint => BigInt.asUintN(bits, x);

/** Rounds towards zero; by zero all bits are set, as XLA has it. */
export const divide = (x: bigint, y: bigint): bigint => (y === 0n ? -1n : x / y);

/** With the sign of x; by zero it is x. */
export const remainder = (x: bigint, y: bigint): bigint => (y === 0n ? x : x % y);

/** Modulo 2^bits; a negative power is the fraction's whole part: 0 but for 1 and -1. */
export function power(x: bigint, y: bigint, { bits }: IntegerInfo): bigint {
  if (y < 0n) {
    if (x === 1n) return 1n;
    return x === -1n ? (y % 2n === 0n ? 1n : -1n) : 0n;
  }
  let result = 1n;
  for (let square = x, rest = y; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = asUnsigned(result * square, bits);
    square = asUnsigned(square * square, bits);
  }
  return result;
}

/** Shift amounts are unsigned: a negative one is very large. */
const amount = (y: bigint, bits: number): bigint => asUnsigned(y, bits);

export const shiftLeft = (x: bigint, y: bigint, { bits }: IntegerInfo): bigint =>
  amount(y, bits) >= BigInt(bits) ? 0n : x << amount(y, bits);

export const shiftRightLogical = (x: bigint, y: bigint, { bits }: IntegerInfo): bigint =>
  amount(y, bits) >= BigInt(bits) ? 0n : asUnsigned(x, bits) >> amount(y, bits);

/** Fills with the highest bit, of unsigned types too. */
export function shiftRightArithmetic(x: bigint, y: bigint, { bits }: IntegerInfo): bigint {
  const signed = BigInt.asIntN(bits, x);
  const most = BigInt(bits - 1);
  const shift = amount(y, bits);
  return signed >> (shift > most ? most : shift);
}

/** x in base 2. */
const binaryDigits = (x: bigint, bits: number): string => asUnsigned(x, bits).toString(2);

export const countOnes = (x: bigint, { bits }: IntegerInfo): bigint =>
  BigInt(binaryDigits(x, bits).replaceAll("0", "").length);

export const countLeadingZeros = (x: bigint, { bits }: IntegerInfo): bigint =>
  asUnsigned(x, bits) === 0n ? BigInt(bits) : BigInt(bits - binaryDigits(x, bits).length);

export const sign = (x: bigint): bigint => (x > 0n ? 1n : x < 0n ? -1n : 0n);
export const abs = (x: bigint): bigint => (x < 0n ? -x : x);
export const maximum = (x: bigint, y: bigint): bigint => (x > y ? x : y);
export const minimum = (x: bigint, y: bigint): bigint => (x < y ? x : y);
