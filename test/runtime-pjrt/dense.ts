/** @file For tests: tensors as lists of numbers, and their indices. */

/** Index of every element, in row-major order. */
export function indices(dimensions: readonly number[]): number[][] {
  return dimensions.reduce<number[][]>(
    (lists, size) => lists.flatMap((list) => Array.from({ length: size }, (_, i) => [...list, i])),
    [[]],
  );
}

/** Where an element lies in row-major order. */
export const flat = (index: readonly number[], dimensions: readonly number[]): number =>
  index.reduce((offset, i, d) => offset * dimensions[d]! + i, 0);

/** A layout from its dimensions, the fastest first. */
export const layoutText = (order: readonly number[]): string => `{${order.join(",")}}`;
