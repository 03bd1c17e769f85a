/** @file The least and the greatest number of an element type. */
import type { Integer } from "../ir/integers.js";
import { integerOf } from "../ir/integers.js";
import { bitWidth, isFloat, isInteger } from "../ir/types.js";
import { describe } from "./axis.js";
import { ShapeError } from "./errors.js";
import type { TensorData } from "./trace.js";

/** No element is below the first or above the second. @throws ShapeError for types without an order */
export function extremes(op: string, { axes, dtype }: TensorData): readonly [Integer, Integer] {
  if (isFloat(dtype)) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (dtype === "i1") return [0, 1];
  if (!isInteger(dtype))
    throw new ShapeError({ message: `${op}: ${dtype} has no order`, got: describe(axes, dtype) });
  const bits = BigInt(bitWidth(dtype));
  if (dtype.startsWith("u")) return [0, integerOf(2n ** bits - 1n)];
  return [integerOf(-(2n ** (bits - 1n))), integerOf(2n ** (bits - 1n) - 1n)];
}
