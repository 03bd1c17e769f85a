/** @file How much of an array a convolution's window meets in one dimension, without going over all pairs of positions. */
import type { WindowDimension } from "./hlo.js";

/** The numbers 0, step, 2 * step ... */
interface Row {
  readonly step: number;
  readonly count: number;
}

/** Steps that `elementsMet` takes. */
export const stepsOf = ({ size }: WindowDimension, outputs: number): number => Math.min(size, outputs);

/** Above all numbers that `elementsMet` makes, which are exact below 2^53. */
export const reachOf = (
  { size, stride, paddingLow, windowDilation, baseDilation }: WindowDimension,
  inputs: number,
  outputs: number,
): number => outputs * stride + size * windowDilation + Math.abs(paddingLow) + inputs * baseDilation;

/**
 * Pairs of an output position and a window position that meet an element of the input: neither padding nor a place between elements.
 * Output position o and window position w meet place o * stride + w * windowDilation - paddingLow; element e lies at place
 * e * baseDilation.
 */
export function elementsMet(window: WindowDimension, inputs: number, outputs: number): number {
  const { size, stride, paddingLow, windowDilation, baseDilation } = window;
  const rows: readonly Row[] = [
    { step: stride, count: outputs },
    { step: windowDilation, count: size },
  ];
  const [short, long] = rows.toSorted((a, b) => a.count - b.count) as [Row, Row];
  const metFrom = multiplesIn(long, baseDilation, (inputs - 1) * baseDilation);
  let met = 0;
  for (let i = 0; i < short.count; i++) met += metFrom(i * short.step - paddingLow);
  return met;
}

/** By what is added to a row: how many of its numbers are then multiples of `divisor` between 0 and `last`. */
function multiplesIn({ step, count }: Row, divisor: number, last: number): (added: number) => number {
  const common = greatestCommonDivisor(step, divisor);
  // Multiples are `period` apart in the row, if there are any.
  const period = divisor / common;
  const inverse = inverseOf(step / common, period);
  return (added) => {
    if (added % common !== 0) return 0;
    const from = Math.max(0, Math.ceil(-added / step));
    const to = Math.min(count - 1, Math.floor((last - added) / step));
    const place = period === 1 ? 0 : Number((BigInt(-added / common) * inverse) % BigInt(period));
    const first = from + remainder(place - from, period);
    return first > to ? 0 : Math.floor((to - first) / period) + 1;
  };
}

/** From 0 to below `divisor`, also of a negative number. */
function remainder(value: number, divisor: number): number {
  const rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest !== 0) [divisor, rest] = [rest, divisor % rest];
  return divisor;
}

/** The number whose product with `value` leaves 1 when divided by `period`, with which it shares no divisor (extended Euclid). */
function inverseOf(value: number, period: number): bigint {
  let [divisor, rest] = [BigInt(period), BigInt(value)];
  let [inverse, next] = [0n, 1n];
  while (rest !== 0n) {
    const quotient = divisor / rest;
    [divisor, rest] = [rest, divisor - quotient * rest];
    [inverse, next] = [next, inverse - quotient * next];
  }
  return inverse;
}
