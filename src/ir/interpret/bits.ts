/**
 * @file Floats by their bits: as integers in the order of the numbers, and distances in units in the last
 * place.
 */
import { byteWidth, isComplex } from "../types.js";
import type { Tensor } from "./tensor.js";

/** Floats in a tensor: one an element, two a complex number. */
export const partCount = (x: Tensor): number => (isComplex(x.element) ? 2 * x.count : x.count);

const partWidth = (x: Tensor): number => byteWidth(x.element) / (isComplex(x.element) ? 2 : 1);

/** Sign, and the bits below it, of part `i`. */
function signAndMagnitude(x: Tensor, i: number): { readonly negative: boolean; readonly magnitude: bigint } {
  const width = partWidth(x);
  let bits = 0n;
  for (let byte = width - 1; byte >= 0; byte--) bits = (bits << 8n) | BigInt(x.bytes[i * width + byte]!);
  const sign = 1n << BigInt(8 * width - 1);
  return bits >= sign ? { negative: true, magnitude: bits - sign } : { negative: false, magnitude: bits };
}

/** An integer that grows with the number in total order: -NaN < -inf < -0 < +0 < inf < NaN. */
export function totalOrderKey(x: Tensor, i: number): bigint {
  const { negative, magnitude } = signAndMagnitude(x, i);
  return negative ? -1n - magnitude : magnitude;
}

/** An integer that grows by one from each float to the next; both zeros are 0. */
function ulpKey(x: Tensor, i: number): bigint {
  const { negative, magnitude } = signAndMagnitude(x, i);
  return negative ? -magnitude : magnitude;
}

/**
 * How many floats apart parts `i` of two tensors of one type are; two NaNs are 0 apart, a NaN and a number
 * undefined.
 */
export function ulpDistance(a: Tensor, b: Tensor, i: number): bigint | undefined {
  const [x, y] = [a.floats[i]!, b.floats[i]!];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) === Number.isNaN(y) ? 0n : undefined;
  const distance = ulpKey(a, i) - ulpKey(b, i);
  return distance < 0n ? -distance : distance;
}
