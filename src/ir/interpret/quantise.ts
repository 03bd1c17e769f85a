/**
 * @file Quantised elements: every op but those on the stored integers works on the real numbers they stand
 * for.
 */
import type { Operation } from "../operation.js";
import { type ElementType, isQuantized, type TensorType } from "../types.js";
import { truncate } from "./codec.js";
import { roundHalfEven } from "../floats/bits.js";
import { Tensor } from "./tensor.js";

/** The float type that quantised elements stand for; other types stand for themselves. */
export const expressedOf = (element: ElementType): ElementType =>
  isQuantized(element) ? element.expressed : element;

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

/** The real numbers of a quantised tensor, (stored - zero point) * scale; others are left as they are. */
export function dequantised(x: Tensor): Tensor {
  const { element } = x;
  if (!isQuantized(element)) return x;
  const at = parametersOf(element, x.shape);
  const values = Array.from(
    x.integers,
    (stored, i) => (Number(stored) - at(i).zeroPoint) * Math.fround(at(i).scale),
  );
  return Tensor.fromFloats(x.shape, element.expressed, values);
}

/**
 * Real numbers as a quantised type has them: rounded to its steps, limited to its range. Other types are
 * left.
 */
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

/** Ops whose meaning is in the stored integers. */
const storageOps: ReadonlySet<string> = new Set(
  ["bitcast_convert", "constant", "uniform_dequantize", "uniform_quantize"].map(
    (name) => `stablehlo.${name}`,
  ),
);

/**
 * Runs `rule` on the real numbers of quantised operands, and quantises what it makes as the op's results
 * are.
 */
export function overRealNumbers(
  operation: Operation,
  operands: readonly Tensor[],
  rule: (operands: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  const isReal = operands.every((x) => !isQuantized(x.element));
  if (isReal || storageOps.has(operation.name)) return rule(operands);
  const elements = operation.results.map((result) => (result.type as TensorType).element);
  return rule(operands.map(dequantised)).map((real, i) => quantised(real, elements[i]!));
}
