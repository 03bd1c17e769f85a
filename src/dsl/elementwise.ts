/** @file Elementwise functions of one tensor, and select. */
import { broadcastTo, checkDTypes, checkSizes, commonAxes } from "./align.js";
import type { Axis, DType, FloatDType, NamesOf } from "./axis.js";
import { describe } from "./axis.js";
import { ShapeError } from "./errors.js";
import { Tensor } from "./tensor.js";
import { builderHere, currentTrace, type TensorData } from "./trace.js";

type UnaryName =
  | "abs"
  | "cosine"
  | "exponential"
  | "exponential_minus_one"
  | "floor"
  | "ceil"
  | "log"
  | "log_plus_one"
  | "logistic"
  | "negate"
  | "not"
  | "rsqrt"
  | "sign"
  | "sine"
  | "sqrt"
  | "tanh";

function unary<A extends string, D extends DType>(name: UnaryName, x: Tensor<A, D>): Tensor<A, D> {
  return new Tensor(x.axes, x.dtype, builderHere().create(`stablehlo.${name}`, [x.value], {}).result);
}

type FloatMap = <A extends string, D extends FloatDType>(x: Tensor<A, D>) => Tensor<A, D>;

export const exp: FloatMap = (x) => unary("exponential", x);
/** exp(x) - 1, exact near zero. */
export const expm1: FloatMap = (x) => unary("exponential_minus_one", x);
export const log: FloatMap = (x) => unary("log", x);
/** log(1 + x). */
export const log1p: FloatMap = (x) => unary("log_plus_one", x);
export const sqrt: FloatMap = (x) => unary("sqrt", x);
export const rsqrt: FloatMap = (x) => unary("rsqrt", x);
export const tanh: FloatMap = (x) => unary("tanh", x);
/** 1 / (1 + exp(-x)). */
export const sigmoid: FloatMap = (x) => unary("logistic", x);
export const sin: FloatMap = (x) => unary("sine", x);
export const cos: FloatMap = (x) => unary("cosine", x);
export const floor: FloatMap = (x) => unary("floor", x);
export const ceil: FloatMap = (x) => unary("ceil", x);

export const abs = <A extends string, D extends DType>(x: Tensor<A, D>): Tensor<A, D> => unary("abs", x);
export const neg = <A extends string, D extends DType>(x: Tensor<A, D>): Tensor<A, D> => unary("negate", x);
export const sign = <A extends string, D extends DType>(x: Tensor<A, D>): Tensor<A, D> => unary("sign", x);
export const not = <A extends string>(x: Tensor<A, "i1">): Tensor<A, "i1"> => unary("not", x);

function nnUnary<A extends string, D extends FloatDType>(
  name: "nn.gelu_tanh" | "nn.softplus",
  x: Tensor<A, D>,
): Tensor<A, D> {
  return new Tensor(x.axes, x.dtype, builderHere().create(name, [x.value], {}).result);
}

/** GeLU in its tanh approximation: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
export const geluTanh: FloatMap = (x) => nnUnary("nn.gelu_tanh", x);
/** log(1 + exp(x)), without overflow. */
export const softplus: FloatMap = (x) => nnUnary("nn.softplus", x);

/** A tensor filled with one number. */
export function fill<const L extends readonly Axis[], D extends DType>(
  value: number,
  axes: L,
  dtype: D,
): Tensor<NamesOf<L>, D> {
  builderHere();
  return new Tensor(axes, dtype, currentTrace().fill("fill", value, axes, dtype));
}

/** 1 - x, for numbers and probabilities. */
export const oneMinus: FloatMap = (x) => fill(1, x.axes as readonly Axis<never>[], x.dtype).sub(x);

/** `onTrue` where `predicate` holds, else `onFalse`; one of the two must be a tensor. */
export function select<P extends string, D extends DType, A extends string = never, B extends string = never>(
  predicate: Tensor<P, "i1">,
  onTrue: Tensor<A, D> | number,
  onFalse: Tensor<B, D> | number,
): Tensor<P | A | B, D> {
  const like = typeof onTrue === "number" ? onFalse : onTrue;
  if (typeof like === "number") {
    throw new ShapeError({
      message: "select: one of the two values must be a tensor",
      got: `${onTrue} and ${onFalse}`,
    });
  }
  const dtype = like.dtype;
  const operands: TensorData[] = [predicate, ...[onTrue, onFalse].filter((t) => typeof t !== "number")];
  const names = ["predicate", ...(typeof onTrue === "number" ? [] : ["onTrue"]), "onFalse"];
  checkDTypes("select", operands.slice(1), names.slice(1));
  checkSizes("select", operands, names);
  const axes = commonAxes("select", operands, names);
  const branch = (value: TensorData | number) =>
    typeof value === "number" ? currentTrace().fill("select", value, axes, dtype) : broadcastTo(value, axes);
  const builder = builderHere();
  const values = [broadcastTo(predicate, axes), branch(onTrue), branch(onFalse)];
  return new Tensor(axes, dtype, builder.create("stablehlo.select", values, {}).result);
}

/** 0, 1, 2 ... along an axis. */
export function range<N extends string, D extends DType = "i32">(
  along: Axis<N>,
  dtype = "i32" as D,
): Tensor<N, D> {
  if (dtype === "i1")
    throw new ShapeError({ message: "range: booleans do not count", got: describe([along], dtype) });
  const builder = builderHere();
  const type = currentTrace().typeOf([along], dtype);
  const value = builder.create("stablehlo.iota", [], { iota_dimension: 0 }, { results: [type] }).result;
  return new Tensor([along], dtype, value);
}
