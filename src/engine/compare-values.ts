/** @file Two tensors of one type against each other, by the three measures that StableHLO's own tests use. */
import { domainOf, Tensor } from "../ir/interpret/tensor.js";
import { byteWidth, isComplex, type TensorType } from "../ir/types.js";

/**
 * How two tensors must agree. `almost`: absolute difference at most `tolerance`, beyond 1 relative to the expected value when
 * `relative`; `close`: representable numbers apart. NaN agrees with NaN, -0 with +0; parts of complex numbers are judged alone.
 */
export type Expectation =
  | { readonly kind: "equal" }
  | { readonly kind: "almost"; readonly tolerance: number; readonly relative?: boolean }
  | { readonly kind: "close"; readonly least: number; readonly most: number };

/** The first place where two tensors do not agree; `index` counts numbers in row-major order. */
export interface Difference {
  readonly index: number;
  readonly actual: string;
  readonly expected: string;
}

/** The numbers of a tensor's bytes, for people: parts of complex numbers one after the other, large integers rounded. */
export function numbersOf(type: TensorType, bytes: Uint8Array): readonly number[] {
  const tensor = new Tensor(type, bytes);
  return isFloating(type) ? Array.from(tensor.floats) : tensor.numbers;
}

const isFloating = ({ element }: TensorType): boolean => ["float", "complex"].includes(domainOf(element));

/** Where `actual` is not as expected; undefined when it is everywhere. */
export function findDifference(
  expectation: Expectation,
  type: TensorType,
  actual: Uint8Array,
  expected: Uint8Array,
): Difference | undefined {
  const [a, b] = [new Tensor(type, actual), new Tensor(type, expected)];
  const floating = isFloating(type);
  const [left, right] = floating ? [a.floats, b.floats] : [a.integers, b.integers];
  const agrees = floating
    ? floatsAgree(expectation, a, b)
    : (i: number): boolean => a.integers[i] === b.integers[i];
  for (let index = 0; index < left.length; index++) {
    if (!agrees(index)) return { index, actual: String(left[index]), expected: String(right[index]) };
  }
  return undefined;
}

function floatsAgree(expectation: Expectation, a: Tensor, b: Tensor): (i: number) => boolean {
  const [left, right] = [a.floats, b.floats];
  const isSame = (i: number): boolean =>
    left[i] === right[i] || (Number.isNaN(left[i]) && Number.isNaN(right[i]));
  switch (expectation.kind) {
    case "equal":
      return isSame;
    case "almost": {
      const { tolerance, relative = false } = expectation;
      const bound = (i: number): number => tolerance * (relative ? Math.max(1, Math.abs(right[i]!)) : 1);
      return (i) => isSame(i) || Math.abs(left[i]! - right[i]!) <= bound(i);
    }
    case "close": {
      const { least, most } = expectation;
      return (i) => {
        const distance = isSame(i) ? 0 : ulpDistance(a, b, i);
        return distance >= least && distance <= most;
      };
    }
  }
}

/** How many representable numbers lie between two; infinitely many between a NaN and a number. */
function ulpDistance(a: Tensor, b: Tensor, index: number): number {
  if (Number.isNaN(a.floats[index]) || Number.isNaN(b.floats[index])) return Number.POSITIVE_INFINITY;
  const width = byteWidth(a.element) / (isComplex(a.element) ? 2 : 1);
  return Math.abs(Number(ordinal(a.bytes, index * width, width) - ordinal(b.bytes, index * width, width)));
}

/** A whole number that grows by one from each representable float to the next; its bits begin at byte `at`. */
function ordinal(bytes: Uint8Array, at: number, width: number): bigint {
  let bits = 0n;
  for (let i = width - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(bytes[at + i]!);
  const sign = 1n << BigInt(width * 8 - 1);
  return bits >= sign ? sign - bits : bits;
}
