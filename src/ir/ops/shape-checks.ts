/** @file Shapes with dynamic sizes and bounds: what several tensors have in common, and what concatenation makes of them. */
import { DYNAMIC, type ElementType, formatType, type TensorType, tensorType } from "../types.js";
import type { View } from "./constraints.js";

/** One dimension: its size, or the bound of a dynamic one; `DYNAMIC` where unknown. */
export interface Dimension {
  readonly size: number;
  readonly bound: number;
}

export const dimensionOf = (type: TensorType, index: number): Dimension => ({
  size: type.shape[index]!,
  bound: type.bounds?.[index] ?? DYNAMIC,
});

export const dimensionsOf = (type: TensorType): Dimension[] => type.shape.map((_, i) => dimensionOf(type, i));

/** The tensor type of these dimensions; bounds are left out when there are none. */
export function tensorOf(dimensions: readonly Dimension[], element: ElementType): TensorType {
  const bounds = dimensions.map((dimension) => dimension.bound);
  const shape = dimensions.map((dimension) => dimension.size);
  return tensorType(shape, element, bounds.some((bound) => bound !== DYNAMIC) ? bounds : undefined);
}

/** The most that is known when both hold: a static size wins, of two bounds the smaller. Undefined when they contradict. */
export function mostSpecific(a: Dimension, b: Dimension): Dimension | undefined {
  if (a.size !== DYNAMIC || b.size !== DYNAMIC) {
    if (a.size !== DYNAMIC && b.size !== DYNAMIC && a.size !== b.size) return undefined;
    const size = a.size === DYNAMIC ? b.size : a.size;
    const bound = a.bound === DYNAMIC ? b.bound : a.bound;
    return bound !== DYNAMIC && size > bound ? undefined : { size, bound: DYNAMIC };
  }
  const known = [a.bound, b.bound].filter((bound) => bound !== DYNAMIC);
  return { size: DYNAMIC, bound: known.length === 0 ? DYNAMIC : Math.min(...known) };
}

/** What is known when either may hold (branches): sizes that differ are dynamic, of two bounds the larger. */
export function leastSpecific(a: Dimension, b: Dimension): Dimension | undefined {
  if (a.size !== DYNAMIC && b.size !== DYNAMIC) return a.size === b.size ? a : undefined;
  const limits = [a, b].map((dimension) => (dimension.size === DYNAMIC ? dimension.bound : dimension.size));
  return { size: DYNAMIC, bound: limits.includes(DYNAMIC) ? DYNAMIC : Math.max(...limits) };
}

/** One after the other. */
export function concatenated(a: Dimension, b: Dimension): Dimension {
  if (a.size !== DYNAMIC && b.size !== DYNAMIC) return { size: a.size + b.size, bound: DYNAMIC };
  const limits = [a, b].map((dimension) => (dimension.size === DYNAMIC ? dimension.bound : dimension.size));
  return { size: DYNAMIC, bound: limits.includes(DYNAMIC) ? DYNAMIC : limits[0]! + limits[1]! };
}

/** Folds tensor types of one rank dimension by dimension; complains under `constraint` where they contradict. */
export function mergeTypes(
  op: View,
  types: readonly TensorType[],
  constraint: string,
  merge = mostSpecific,
): TensorType {
  return types.reduce((merged, type) => {
    if (merged === type) return merged;
    const fail = (): void =>
      op.check(false, constraint, `shapes of ${formatType(merged)} and ${formatType(type)} do not match`);
    if (merged.shape.length !== type.shape.length) fail();
    const dimensions = merged.shape.map((_, i) => merge(dimensionOf(merged, i), dimensionOf(type, i)));
    if (dimensions.includes(undefined)) fail();
    return tensorOf(dimensions as Dimension[], merged.element);
  });
}
