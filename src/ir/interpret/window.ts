/** @file Windows: absent attributes filled in, and how many places a window has. */

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
  readonly sizes: readonly number[];
  readonly strides?: readonly number[] | undefined;
  readonly padding?: readonly number[] | undefined;
  readonly baseDilations?: readonly number[] | undefined;
  readonly windowDilations?: readonly number[] | undefined;
}

/** No padding, strides and dilations of 1 where nothing is given. */
export const windowOf = (a: WindowAttributes): Window =>
  a.sizes.map((size, d) => ({
    size,
    stride: a.strides?.[d] ?? 1,
    low: a.padding?.[2 * d] ?? 0,
    high: a.padding?.[2 * d + 1] ?? 0,
    baseDilation: a.baseDilations?.[d] ?? 1,
    windowDilation: a.windowDilations?.[d] ?? 1,
  }));

const dilated = (size: number, dilation: number): number => (size === 0 ? 0 : (size - 1) * dilation + 1);

/** The number of places of a window along each dimension of `shape`. */
export const windowPositions = (shape: readonly number[], window: Window): number[] =>
  window.map((w, d) => {
    const padded = w.low + dilated(shape[d]!, w.baseDilation) + w.high;
    const span = dilated(w.size, w.windowDilation);
    return padded <= 0 || span > padded ? 0 : Math.floor((padded - span) / w.stride) + 1;
  });
