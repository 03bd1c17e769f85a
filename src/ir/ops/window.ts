/** @file Windows that slide over a tensor: reduce_window, select_and_scatter, convolution. */
import { absentAs, anyI64Array, denseI64, type IntegerMatrix, integerMatrix, optional } from "./kinds.js";
import { DYNAMIC } from "../types.js";
import { floorDivide, type Integer } from "../integers.js";
import { list, type View } from "./constraints.js";
import type { Dimension } from "./shape-checks.js";

/** Dimensions that the window of a convolution or a reduction slides along, by the op's attributes. */
export function windowRank({
  dimension_numbers: numbers,
  window_dimensions: sizes,
}: Readonly<Record<string, unknown>>): number {
  const { input_spatial_dimensions: spatial } = (numbers ?? {}) as Readonly<Record<string, unknown>>;
  const dimensions = spatial ?? sizes;
  return Array.isArray(dimensions) ? dimensions.length : 0;
}

/** Strides or dilations of a window; absent ones are 1. */
export const windowOnes = absentAs(optional(anyI64Array), (attributes) =>
  Array<number>(windowRank(attributes)).fill(1),
);

/** What surrounds the operand of a window; absent, nothing does. */
export const windowPadding = absentAs(optional(denseI64), (attributes) =>
  integerMatrix(Array<readonly number[]>(windowRank(attributes)).fill([0, 0]), 2),
);

/** One dimension of a window. */
export interface WindowDimension {
  readonly size: Integer;
  readonly stride: Integer;
  readonly low: Integer;
  readonly high: Integer;
  readonly baseDilation: Integer;
  readonly windowDilation: Integer;
}

/** The attributes that describe a window; absent ones mean no padding, stride and dilation 1. */
export interface WindowAttributes {
  readonly sizes: readonly Integer[];
  readonly strides?: readonly Integer[] | undefined;
  readonly padding?: IntegerMatrix | undefined;
  readonly baseDilations?: readonly Integer[] | undefined;
  readonly windowDilations?: readonly Integer[] | undefined;
  readonly reversal?: readonly boolean[] | undefined;
}

/** The spec's labels: of a list's length and of its items being positive; those of attributes the op has. */
export interface WindowLabels {
  readonly sizes: string;
  readonly strides: readonly [length: string, positive: string];
  readonly padding: string;
  readonly baseDilations?: readonly [length: string, positive: string];
  readonly windowDilations?: readonly [length: string, positive: string];
  readonly reversal?: string;
}

/** Complains about wrong lengths and values; the window one dimension at a time. */
export function checkWindow(op: View, window: WindowAttributes, labels: WindowLabels): WindowDimension[] {
  const { sizes, padding } = window;
  const rank = sizes.length;
  const positive = (
    items: readonly Integer[] | undefined,
    name: string,
    label: readonly [string, string] | undefined,
  ): readonly Integer[] | undefined => {
    if (label === undefined || items === undefined || items.length === 0) return undefined;
    op.check(items.length === rank, label[0], `${name} must have ${rank} items, got ${items.length}`);
    op.check(
      items.every((item) => item > 0),
      label[1],
      `${name} must be positive, got ${list(items)}`,
    );
    return items;
  };
  op.check(
    sizes.every((size) => size === DYNAMIC || size > 0),
    labels.sizes,
    `window sizes must be positive, got ${list(sizes)}`,
  );
  const strides = positive(window.strides, "strides", labels.strides);
  const base = positive(window.baseDilations, "base dilations", labels.baseDilations);
  const dilation = positive(window.windowDilations, "window dilations", labels.windowDilations);
  const { reversal } = window;
  if (labels.reversal !== undefined && reversal !== undefined && reversal.length > 0)
    op.check(
      reversal.length === rank,
      labels.reversal,
      `window_reversal must have ${rank} items, got ${reversal.length}`,
    );
  const rows = padding?.shape[0] ?? 0;
  op.check(
    padding === undefined ||
      (padding.shape.length === 2 && padding.shape[1] === 2 && (rows === rank || rows === 0)),
    labels.padding,
    `padding must be a tensor of shape [${rank}, 2], got ${list(padding?.shape ?? [])}`,
  );
  return sizes.map((size, i) => ({
    size,
    stride: strides?.[i] ?? 1,
    low: padding?.values[2 * i] ?? 0,
    high: padding?.values[2 * i + 1] ?? 0,
    baseDilation: base?.[i] ?? 1,
    windowDilation: dilation?.[i] ?? 1,
  }));
}

const dilated = (size: Integer, dilation: Integer): bigint =>
  BigInt(size) === 0n ? 0n : (BigInt(size) - 1n) * BigInt(dilation) + 1n;

/** How many positions a window has along a dimension of `size`; DYNAMIC stays DYNAMIC. Exact, unless there are more than 2^53. */
function positions(size: number, window: WindowDimension): number {
  if (size === DYNAMIC || window.size === DYNAMIC) return DYNAMIC;
  const padded = BigInt(window.low) + dilated(size, window.baseDilation) + BigInt(window.high);
  const span = dilated(window.size, window.windowDilation);
  if (padded === 0n || span > padded) return 0;
  return Number(floorDivide(padded - span, BigInt(window.stride)) + 1n);
}

/** The dimensions of a result with one element per window position. */
export const windowResult = (
  dimensions: readonly Dimension[],
  windows: readonly WindowDimension[],
): Dimension[] =>
  dimensions.map(({ size, bound }, i) => ({
    size: positions(size, windows[i]!),
    bound: positions(bound, windows[i]!),
  }));
