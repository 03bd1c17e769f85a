/** @file How much memory values take. */
import type { Value } from "../ir/operation.js";
import { bitWidth, elementCount, isStatic } from "../ir/types.js";

/** Bytes of a tensor of static shape; anything else is infinitely large, so that nothing is ever moved for it. */
export function bytesOf(value: Value): number {
  const { type } = value;
  if (type.kind !== "tensor" || !isStatic(type)) return Number.POSITIVE_INFINITY;
  return (elementCount(type.shape) * bitWidth(type.element)) / 8;
}

/** Bytes of several values. */
export const totalBytes = (values: Iterable<Value>): number => {
  let total = 0;
  for (const value of values) total += bytesOf(value);
  return total;
};
