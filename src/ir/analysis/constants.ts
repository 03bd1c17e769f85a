/** @file Reading constants. */
import { type Elements, hasNumbers, splatNumber } from "../elements.js";
import { definingOp, type Value } from "../operation.js";
import { isOp } from "../ops/index.js";
import { bitWidth, isInteger } from "../types.js";

/** The elements of a constant, or undefined for a value that is none, or whose elements a dump left out. */
export function constantOf(value: Value): Elements | undefined {
  const operation = definingOp(value);
  if (!isOp(operation, "stablehlo.constant")) return undefined;
  const { value: elements } = operation.attributes;
  return "data" in elements ? elements : undefined;
}

/**
 * The number that fills a constant of booleans (0, 1), integers or floats of at least 16 bits. 64-bit integers past 2^53
 * are rounded: compare with small numbers only.
 */
export function splatOf(value: Value): number | undefined {
  const elements = constantOf(value);
  if (elements === undefined) return undefined;
  const { element } = elements.type;
  return isInteger(element) || hasNumbers(element) ? splatNumber(elements) : undefined;
}

/** Whether a constant has every bit of every element set: -1, or true. */
export function isAllOnes(value: Value): boolean {
  const elements = constantOf(value);
  if (elements === undefined || !elements.splat) return false;
  const { element } = elements.type;
  if (element === "i1") return splatNumber(elements) === 1;
  return isInteger(element) && bitWidth(element) >= 8 && elements.data.every((byte) => byte === 0xff);
}
