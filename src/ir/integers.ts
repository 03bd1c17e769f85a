/**
 * @file 64-bit integers of attributes that may be of any size: a number where numbers are exact, a bigint where they are not. What wants a
 * number asks for one first (`areNumbers`), so that no integer is rounded unseen.
 */

/** An integer of an i64 or ui64 attribute: a number below 2^53 in size, a bigint beyond. */
export type Integer = number | bigint;

/** The number an integer is, or undefined past 2^53, where numbers are no longer exact. */
export const safeNumber = (value: bigint): number | undefined => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
};

/** An integer as attributes hold it. */
export const integerOf = (value: bigint): Integer => safeNumber(value) ?? value;

/** Whether a bigint is one that attributes of `type` hold as such: beyond 2^53, and within 64 bits. */
export function isBeyondNumbers(value: bigint, type: "i64" | "ui64"): boolean {
  const fits = (type === "i64" ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) === value;
  return fits && safeNumber(value) === undefined;
}

/** Whether all of them are numbers: none is beyond 2^53. */
export const areNumbers = (values: readonly Integer[]): values is readonly number[] =>
  values.every((value) => typeof value === "number");

/** The first that is beyond 2^53. */
export const beyondNumbers = (values: readonly Integer[]): bigint | undefined =>
  values.find((value) => typeof value === "bigint");

/** `a / b` rounded down, exactly; `b` is positive. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
