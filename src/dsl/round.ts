/** @file Numbers as an element type holds them. */
import { elementsFromNumbers, splatNumber } from "../ir/elements.js";
import { tensorType } from "../ir/types.js";
import type { FloatDType } from "./axis.js";

/** The number nearest to `value` (ties to even) that elements of `dtype` can hold: for constants that a model was trained with so. */
export const roundTo = (value: number, dtype: FloatDType): number =>
  splatNumber(elementsFromNumbers(tensorType([], dtype), [value]))!;
