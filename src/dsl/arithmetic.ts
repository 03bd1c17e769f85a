/** @file Elementwise functions of two or three tensors that are no methods. */
import type { TensorType } from "../ir/types.js";
import { broadcastTo, checkDTypes, checkOperands, checkTensor, commonAxes } from "./align.js";
import { type Axis, describe, type DType, type FloatDType } from "./axis.js";
import { ShapeError } from "./errors.js";
import { exp, isNotANumber, log1p, select } from "./elementwise.js";
import { Tensor } from "./tensor.js";
import { builderHere, currentTrace, type TensorData } from "./trace.js";

/** Tensors in the axes of the one that has them all. */
function aligned(op: string, operands: readonly TensorData[], names: readonly string[]) {
  checkDTypes(op, operands, names);
  const axes = commonAxes(op, operands, names);
  return { axes, values: operands.map((operand) => broadcastTo(operand, axes)) };
}

/** The angle of the point (x, y), from -pi to pi. */
export function atan2<A extends string, B extends string, D extends FloatDType>(
  y: Tensor<A, D>,
  x: Tensor<B, D>,
): Tensor<A | B, D> {
  const { axes, values } = aligned("atan2", [y, x], ["y", "x"]);
  return new Tensor(axes, y.dtype, builderHere().create("stablehlo.atan2", values, {}).result);
}

/** Complex numbers from their parts. */
export function complex<A extends string, B extends string, D extends "f32" | "f64">(
  re: Tensor<A, D>,
  im: Tensor<B, D>,
): Tensor<A | B, D extends "f32" ? "complex<f32>" : "complex<f64>"> {
  const { axes, values } = aligned("complex", [re, im], ["re", "im"]);
  const { result } = builderHere().create("stablehlo.complex", values, {});
  type Joined = D extends "f32" ? "complex<f32>" : "complex<f64>";
  return new Tensor(axes, (result.type as TensorType).element as Joined, result);
}

/** x limited to low and high: numbers, or tensors with no other axes than x. */
export function clamp<A extends string, D extends DType, L extends A = never, H extends A = never>(
  low: Tensor<L, D> | number,
  x: Tensor<A, D>,
  high: Tensor<H, D> | number,
): Tensor<A, D> {
  checkTensor("clamp", "x", x);
  const bounds = [low, high].map((bound) => {
    if (typeof bound !== "number") return bound;
    builderHere();
    return { axes: [], dtype: x.dtype, value: currentTrace().fill("clamp", bound, [], x.dtype) };
  });
  const { axes, values } = aligned("clamp", [x, ...bounds], ["x", "low", "high"]);
  if (axes.length > x.axes.length) {
    throw new ShapeError({
      message: "clamp: a bound has axes that x has not",
      details: [`x: ${describe(x.axes, x.dtype)}`, ...[low, high].map((bound) => `bound: ${bound}`)],
      hint: "expand x first: x.expand(axis)",
    });
  }
  const operands = [values[1]!, values[0]!, values[2]!];
  return new Tensor(axes, x.dtype, builderHere().create("stablehlo.clamp", operands, {}).result);
}

/** log(exp(x) + exp(y)), without overflow. */
export function logAddExp<A extends string, B extends string, D extends FloatDType>(
  x: Tensor<A, D>,
  y: Tensor<B, D>,
): Tensor<A | B, D> {
  checkOperands("logAddExp", { x, y });
  // What is larger is chosen, not made by max: the sum is the same function of both, with its derivatives of any order where they are equal.
  const isFirst = x.ge(y);
  const difference = select(isFirst, y, x).sub(select(isFirst, x, y));
  // Two infinities of one sign: their difference is no number, their sum what is wanted.
  const isUndefined = isNotANumber(difference);
  const near = log1p(exp(select(isUndefined, 0, difference)));
  return select(isUndefined, x.add(y), select(isFirst, x, y).add(near) as Tensor<A | B, D>);
}

/** The same bits as elements of another type of the same width. @throws ShapeError for another width */
export function bitcast<A extends string, D extends DType, E extends DType>(
  x: Tensor<A, D>,
  dtype: E,
): Tensor<A, E> {
  checkOperands("bitcast", { x });
  const type = currentTrace().typeOf(x.axes, dtype);
  const { result } = builderHere().create("stablehlo.bitcast_convert", [x.value], {}, { results: [type] });
  return new Tensor(x.axes as readonly Axis<A>[], dtype, result);
}
