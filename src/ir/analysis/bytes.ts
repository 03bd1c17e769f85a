/** @file How much memory values take. */
import type { Value } from "../operation.js";
import { bitWidth, elementCount, isStatic } from "../types.js";

/** Elements of tensors of static shape; of anything else there are infinitely many, so that nothing is moved for it. */
export const elementsOf = (values: readonly Value[]): number =>
  values.reduce((total, { type }) => {
    const isKnown = type.kind === "tensor" && isStatic(type);
    return total + (isKnown ? elementCount(type.shape) : Number.POSITIVE_INFINITY);
  }, 0);

/** Bytes of one value; see `elementsOf`. */
export const bytesOf = (value: Value): number =>
  value.type.kind === "tensor"
    ? (elementsOf([value]) * bitWidth(value.type.element)) / 8
    : Number.POSITIVE_INFINITY;

/** Bytes of several values. */
export const totalBytes = (values: readonly Value[]): number =>
  values.reduce((total, value) => total + bytesOf(value), 0);
