/** @file Quantised elements and the real numbers they stand for: (stored - zero point) * scale. */
import { type ElementType, isQuantized } from "../types.js";
import { truncate } from "./codec.js";
import { roundHalfEven } from "./formats.js";
import { Tensor } from "./tensor.js";

/** The scale and zero point of element `i`. */
function parametersOf(
  element: ElementType,
  shape: readonly number[],
): (i: number) => { readonly scale: number; readonly zeroPoint: number } {
  if (!isQuantized(element)) return () => ({ scale: 1, zeroPoint: 0 });
  const { axis, scales, zeroPoints } = element;
  const inner = axis === undefined ? 1 : shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  return (i) => {
    const channel = axis === undefined ? 0 : Math.floor(i / inner) % shape[axis]!;
    return { scale: scales[channel]!, zeroPoint: zeroPoints[channel]! };
  };
}

/** The real numbers of a quantised tensor; others are left as they are. */
export function dequantised(x: Tensor): Tensor {
  const { element } = x;
  if (!isQuantized(element)) return x;
  const at = parametersOf(element, x.shape);
  const values = Array.from(x.integers, (stored, i) => (Number(stored) - at(i).zeroPoint) * Math.fround(at(i).scale));
  return Tensor.fromFloats(x.shape, element.expressed, values);
}

/** Real numbers as a quantised type has them: rounded to its steps, limited to its range. Other types are left. */
export function quantised(real: Tensor, element: ElementType): Tensor {
  if (!isQuantized(element)) return real;
  const { storage, storageMin = -Infinity, storageMax = Infinity } = element;
  const at = parametersOf(element, real.shape);
  const values = Array.from(real.floats, (value, i) => {
    const step = roundHalfEven(Math.fround(value / Math.fround(at(i).scale))) + at(i).zeroPoint;
    return truncate(Math.min(Math.max(step, storageMin), storageMax), storage);
  });
  return Tensor.fromIntegers(real.shape, element, values);
}
