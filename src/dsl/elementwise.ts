/** @file Elementwise functions of one tensor, and select. */
import type { TensorType } from "../ir/types.js";
import { broadcastTo, checkDTypes, checkElement, checkSizes, checkTensor, commonAxes } from "./align.js";
import type { Axis, ComplexDType, DType, FloatDType, IntegerDType, NamesOf, RealOf } from "./axis.js";
import { describe } from "./axis.js";
import { ShapeError } from "./errors.js";
import { Tensor } from "./tensor.js";
import { builderHere, currentTrace, type TensorData } from "./trace.js";

type UnaryName =
  | "abs"
  | "cbrt"
  | "count_leading_zeros"
  | "popcnt"
  | "real"
  | "imag"
  | "is_finite"
  | "round_nearest_afz"
  | "round_nearest_even"
  | "tan"
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

function unary<A extends string, D extends DType, E extends DType = D>(
  name: `stablehlo.${UnaryName}` | ChloUnary,
  x: Tensor<A, D>,
): Tensor<A, E> {
  checkTensor(name.slice(name.indexOf(".") + 1), "the operand", x);
  const { result } = builderHere().create(name, [x.value], {});
  return new Tensor(x.axes, (result.type as TensorType).element as E, result);
}

/** The unary ops of CHLO: what they mean in StableHLO, the lowering knows. */
type ChloUnary = `chlo.${
  | "acos"
  | "acosh"
  | "asin"
  | "asinh"
  | "atan"
  | "atanh"
  | "conj"
  | "cosh"
  | "digamma"
  | "erf"
  | "erf_inv"
  | "erfc"
  | "lgamma"
  | "sinh"
  | "square"}`;

type FloatMap = <A extends string, D extends FloatDType>(x: Tensor<A, D>) => Tensor<A, D>;

export const exp: FloatMap = (x) => unary("stablehlo.exponential", x);
/** exp(x) - 1, exact near zero. */
export const expm1: FloatMap = (x) => unary("stablehlo.exponential_minus_one", x);
export const log: FloatMap = (x) => unary("stablehlo.log", x);
/** log(1 + x). */
export const log1p: FloatMap = (x) => unary("stablehlo.log_plus_one", x);
export const sqrt: FloatMap = (x) => unary("stablehlo.sqrt", x);
export const rsqrt: FloatMap = (x) => unary("stablehlo.rsqrt", x);
export const tanh: FloatMap = (x) => unary("stablehlo.tanh", x);
/** 1 / (1 + exp(-x)). */
export const sigmoid: FloatMap = (x) => unary("stablehlo.logistic", x);
export const sin: FloatMap = (x) => unary("stablehlo.sine", x);
export const cos: FloatMap = (x) => unary("stablehlo.cosine", x);
export const floor: FloatMap = (x) => unary("stablehlo.floor", x);
export const ceil: FloatMap = (x) => unary("stablehlo.ceil", x);

/** The distance from 0; of complex numbers a real one. */
export const abs = <A extends string, D extends DType>(x: Tensor<A, D>): Tensor<A, RealOf<D>> =>
  unary("stablehlo.abs", x);
export const neg = <A extends string, D extends DType>(x: Tensor<A, D>): Tensor<A, D> =>
  unary("stablehlo.negate", x);
export const sign = <A extends string, D extends DType>(x: Tensor<A, D>): Tensor<A, D> =>
  unary("stablehlo.sign", x);
/** Not; of integers all their bits the other way. */
export const not = <A extends string, D extends "i1" | IntegerDType>(x: Tensor<A, D>): Tensor<A, D> =>
  unary("stablehlo.not", x);

export const tan: FloatMap = (x) => unary("stablehlo.tan", x);
export const cbrt: FloatMap = (x) => unary("stablehlo.cbrt", x);
export const asin: FloatMap = (x) => unary("chlo.asin", x);
export const acos: FloatMap = (x) => unary("chlo.acos", x);
export const atan: FloatMap = (x) => unary("chlo.atan", x);
export const sinh: FloatMap = (x) => unary("chlo.sinh", x);
export const cosh: FloatMap = (x) => unary("chlo.cosh", x);
export const asinh: FloatMap = (x) => unary("chlo.asinh", x);
export const acosh: FloatMap = (x) => unary("chlo.acosh", x);
export const atanh: FloatMap = (x) => unary("chlo.atanh", x);
/** 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export const erf: FloatMap = (x) => unary("chlo.erf", x);
/** 1 - erf(x), exact where erf(x) is near 1. */
export const erfc: FloatMap = (x) => unary("chlo.erfc", x);
/** The x whose erf is given. */
export const erfInv: FloatMap = (x) => unary("chlo.erf_inv", x);
/** The logarithm of the absolute value of gamma(x). */
export const lgamma: FloatMap = (x) => unary("chlo.lgamma", x);
/** The derivative of lgamma. */
export const digamma: FloatMap = (x) => unary("chlo.digamma", x);
export const square = <A extends string, D extends DType>(x: Tensor<A, D>): Tensor<A, D> =>
  unary("chlo.square", x);
/** The nearest whole number, the even one of two that are as near. */
export const round: FloatMap = (x) => unary("stablehlo.round_nearest_even", x);
/** The nearest whole number, the one further from 0 of two that are as near. */
export const roundAwayFromZero: FloatMap = (x) => unary("stablehlo.round_nearest_afz", x);

/** Whether numbers are neither infinite nor not a number. */
export const isFiniteNumber = <A extends string, D extends FloatDType>(x: Tensor<A, D>): Tensor<A, "i1"> =>
  unary("stablehlo.is_finite", x);
/** Whether something is not a number. */
export const isNotANumber = <A extends string, D extends FloatDType>(x: Tensor<A, D>): Tensor<A, "i1"> =>
  x.ne(x);

/** How many of the bits are 1. */
export const popCount = <A extends string, D extends IntegerDType>(x: Tensor<A, D>): Tensor<A, D> =>
  unary("stablehlo.popcnt", x);
/** How many bits stand before the first 1, the highest first. */
export const countLeadingZeros = <A extends string, D extends IntegerDType>(x: Tensor<A, D>): Tensor<A, D> =>
  unary("stablehlo.count_leading_zeros", x);

/** The real part. */
export const real = <A extends string, D extends ComplexDType>(x: Tensor<A, D>): Tensor<A, RealOf<D>> =>
  unary("stablehlo.real", x);
/** The imaginary part. */
export const imag = <A extends string, D extends ComplexDType>(x: Tensor<A, D>): Tensor<A, RealOf<D>> =>
  unary("stablehlo.imag", x);
/** The complex conjugate. */
export const conj = <A extends string, D extends ComplexDType>(x: Tensor<A, D>): Tensor<A, D> =>
  unary("chlo.conj", x);

function nnUnary<A extends string, D extends FloatDType>(
  name: "nn.gelu_tanh" | "nn.softplus",
  x: Tensor<A, D>,
): Tensor<A, D> {
  checkTensor(name.slice("nn.".length), "the operand", x);
  return new Tensor(x.axes, x.dtype, builderHere().create(name, [x.value], {}).result);
}

/** GeLU in its tanh approximation: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
export const geluTanh: FloatMap = (x) => nnUnary("nn.gelu_tanh", x);
/** log(1 + exp(x)), without overflow. */
export const softplus: FloatMap = (x) => nnUnary("nn.softplus", x);

/** A tensor filled with one number. */
export function fill<const L extends readonly Axis[], D extends DType>(
  value: number | bigint,
  axes: L,
  dtype: D,
): Tensor<NamesOf<L>, D> {
  builderHere();
  return new Tensor(axes, dtype, currentTrace().fill("fill", value, axes, dtype));
}

/** 1 - x, for numbers and probabilities. */
export const oneMinus: FloatMap = (x) => fill(1, x.axes as readonly Axis<never>[], x.dtype).sub(x);

/**
 * `onTrue` where `predicate` holds, else `onFalse`. Two numbers need an element type: `select(mask, 1, 0, "f32")`.
 * @throws ShapeError when axes do not fit, or for two numbers without a type
 */
export function select<P extends string, D extends DType>(
  predicate: Tensor<P, "i1">,
  onTrue: number,
  onFalse: number,
  dtype: D,
): Tensor<P, D>;
export function select<P extends string, D extends DType, A extends string = never, B extends string = never>(
  predicate: Tensor<P, "i1">,
  onTrue: Tensor<A, D> | number,
  onFalse: Tensor<B, D> | number,
): Tensor<P | A | B, D>;
export function select(
  predicate: TensorData,
  onTrue: TensorData | number,
  onFalse: TensorData | number,
  asked?: DType,
): unknown {
  const values = [onTrue, onFalse].filter((t) => typeof t !== "number");
  for (const value of values) checkTensor("select", "a choice", value);
  const dtype = asked ?? values[0]?.dtype;
  if (dtype === undefined) {
    throw new ShapeError({
      message: "select: two numbers have no element type",
      got: `${onTrue} and ${onFalse}`,
      hint: 'say it: select(predicate, 1, 0, "f32")',
    });
  }
  checkTensor("select", "the predicate", predicate);
  checkElement("select", "the predicate", predicate, "i1");
  const operands: TensorData[] = [predicate, ...values];
  const names = ["predicate", ...(typeof onTrue === "number" ? [] : ["onTrue"]), "onFalse"];
  checkDTypes("select", values, names.slice(1));
  checkSizes("select", operands, names);
  const axes = commonAxes("select", operands, names);
  const branch = (value: TensorData | number) =>
    typeof value === "number" ? currentTrace().fill("select", value, axes, dtype) : broadcastTo(value, axes);
  const builder = builderHere();
  const given = [broadcastTo(predicate, axes), branch(onTrue), branch(onFalse)];
  return new Tensor(axes, dtype, builder.create("stablehlo.select", given, {}).result);
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
