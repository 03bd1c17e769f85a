/** @file Windows: absent attributes filled in, and how many places a window has. */
import type { Integer } from "../integers.js";
import type { Operation } from "../operation.js";
import { numbersOf } from "./errors.js";

export interface WindowDimension {
  readonly size: number;
  readonly stride: number;
  readonly low: number;
  readonly high: number;
  readonly baseDilation: number;
  readonly windowDilation: number;
}

export type Window = readonly WindowDimension[];

/** The attributes of a window; `padding` is low, high of each dimension in turn. */
export interface WindowAttributes {
  readonly sizes: readonly Integer[];
  readonly strides?: readonly Integer[] | undefined;
  readonly padding?: readonly Integer[] | undefined;
  readonly baseDilations?: readonly Integer[] | undefined;
  readonly windowDilations?: readonly Integer[] | undefined;
}

/**
 * No padding, strides and dilations of 1 where nothing is given.
 * @throws UnsupportedError for an integer beyond 2^53
 */
export function windowOf(operation: Operation, a: WindowAttributes): Window {
  const numbers = (values: readonly Integer[] | undefined): readonly number[] =>
    numbersOf(operation, values ?? []);
  const [strides, padding] = [numbers(a.strides), numbers(a.padding)];
  const [base, dilations] = [numbers(a.baseDilations), numbers(a.windowDilations)];
  return numbers(a.sizes).map((size, d) => ({
    size,
    stride: strides[d] ?? 1,
    low: padding[2 * d] ?? 0,
    high: padding[2 * d + 1] ?? 0,
    baseDilation: base[d] ?? 1,
    windowDilation: dilations[d] ?? 1,
  }));
}

const dilated = (size: number, dilation: number): number => (size === 0 ? 0 : (size - 1) * dilation + 1);

/** The number of places of a window along each dimension of `shape`. */
export const windowPositions = (shape: readonly number[], window: Window): number[] =>
  window.map((w, d) => {
    const padded = w.low + dilated(shape[d]!, w.baseDilation) + w.high;
    const span = dilated(w.size, w.windowDilation);
    return padded <= 0 || span > padded ? 0 : Math.floor((padded - span) / w.stride) + 1;
  });
