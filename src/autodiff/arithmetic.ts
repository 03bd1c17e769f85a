/** @file Short words of rules: constants of any element type, sums over dimensions, parts of complex numbers. */
import { type Emitter, shapeOf, typeOf } from "../ir/emit.js";
import type { Region, Value } from "../ir/operation.js";
import { rawElements } from "../ir/elements.js";
import type { ReducerName } from "../ir/ops/reducer.js";
import {
  bitWidth,
  byteWidth,
  type ElementType,
  isComplex,
  isFloat,
  type TensorType,
  tensorType,
} from "../ir/types.js";

/** Zeros of any type that buffers have: every bit is 0. */
export const zeros = (e: Emitter, type: TensorType): Value =>
  e.constant(rawElements(type, new Uint8Array(byteWidth(type.element))));

export const zerosLike = (e: Emitter, value: Value): Value => zeros(e, typeOf(value));

/** A constant filled with a real number, of complex types too. */
export function filled(e: Emitter, { shape, element }: TensorType, number: number): Value {
  if (!isComplex(element)) return e.fill(number, shape, element);
  const part = element === "complex<f64>" ? "f64" : "f32";
  return e.binary("complex", e.fill(number, shape, part), e.fill(0, shape, part));
}

/** A constant like `value`, filled with a real number. */
export const filledLike = (e: Emitter, value: Value, number: number): Value =>
  filled(e, typeOf(value), number);

/** `x` times a real number. */
export const scaled = (e: Emitter, x: Value, number: number): Value => e.mul(x, filledLike(e, x, number));
/** `x` plus a real number. */
export const shifted = (e: Emitter, x: Value, number: number): Value => e.add(x, filledLike(e, x, number));
/** A real number minus `x`. */
export const minusFrom = (e: Emitter, number: number, x: Value): Value => e.sub(filledLike(e, x, number), x);

/** A scalar body that combines two elements by one op. */
export const reducerBody = (e: Emitter, name: ReducerName, element: ElementType): Region =>
  e.builder.region([tensorType([], element), tensorType([], element)], (args, inner) => {
    inner.create("stablehlo.return", [inner.create(`stablehlo.${name}`, args, {}).result], {});
  });

/** The sum over dimensions, which then are gone; of floats narrower than f32 in f32, rounded once. */
export function sumOver(e: Emitter, x: Value, dimensions: readonly number[]): Value {
  if (dimensions.length === 0) return x;
  const { element } = typeOf(x);
  const wide = isFloat(element) && bitWidth(element) < 32 ? "f32" : element;
  const operands = [e.convert(x, wide), zeros(e, tensorType([], wide))];
  const sorted = [...dimensions].sort((a, b) => a - b);
  const regions = [reducerBody(e, "add", wide)];
  const { results } = e.builder.create("stablehlo.reduce", operands, { dimensions: sorted }, { regions });
  return e.convert(results[0]!, element);
}

/** The sum over all dimensions, a scalar. */
export const sumAll = (e: Emitter, x: Value): Value =>
  sumOver(
    e,
    x,
    shapeOf(x).map((_, i) => i),
  );

/** Whether a value is complex. */
export const isComplexValue = (value: Value): boolean => isComplex(typeOf(value).element);

/** The complex conjugate, of a real value itself. */
export function conjugate(e: Emitter, x: Value): Value {
  if (!isComplexValue(x)) return x;
  return e.binary("complex", e.unary("real", x), e.unary("negate", e.unary("imag", x)));
}

/** The cotangent of a real value as that of a complex one, of which the value was the real part. */
export function asReal(e: Emitter, x: Value): Value {
  return e.binary("complex", x, zerosLike(e, x));
}

/** Where `predicate` holds `x`, else 0. */
export const where = (e: Emitter, predicate: Value, x: Value): Value =>
  e.select(predicate, x, zerosLike(e, x));
