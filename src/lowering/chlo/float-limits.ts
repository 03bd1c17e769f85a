/** @file The largest and smallest numbers of the types that formulas are computed in. */
import { InternalError } from "../../support/errors.js";
import type { ElementType } from "../../ir/types.js";

export interface FloatLimits {
  readonly largest: number;
  /** The smallest number with all its digits. */
  readonly smallestNormal: number;
}

const limits: Partial<Record<string, FloatLimits>> = {
  f32: { largest: 2 ** 127 * (2 - 2 ** -23), smallestNormal: 2 ** -126 },
  f64: { largest: Number.MAX_VALUE, smallestNormal: 2 ** -1022 },
};

/** Limits of f32 or f64; formulas are widened to one of them first. */
export function limitsOf(element: ElementType): FloatLimits {
  const known = limits[String(element)];
  if (known === undefined)
    throw new InternalError(`formulas are computed in f32 or f64, not ${String(element)}`);
  return known;
}
