/** @file Contractions and reductions by axis name. */
import type { Integer } from "../ir/integers.js";
import type { Value } from "../ir/operation.js";
import { isFloat, tensorType } from "../ir/types.js";
import { type Precision, precisionConfigOf } from "../ir/precision.js";
import { axisNames, checkDTypes, checkFloats, checkShared, checkSizes, findAxes, findAxis } from "./align.js";
import {
  type Axis,
  describe,
  type DType,
  type FloatDType,
  indexOf,
  type IntegerDType,
  type Without,
} from "./axis.js";
import { range, select } from "./elementwise.js";
import { ShapeError } from "./errors.js";
import { extremes } from "./extremes.js";
import { Tensor } from "./tensor.js";
import { builderHere, checkPrecision, currentTrace, type TensorData } from "./trace.js";
import { inWide } from "./wide.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** How a product is computed. */
export interface DotOptions {
  /** How many bits of f32 operands count; default: that of `withPrecision` around it, else the program's. */
  readonly precision?: Precision | undefined;
}

export const DOT_OPTIONS: OptionNames<DotOptions> = {
  precision: true,
};

/**
 * The product of two tensors summed over the axes `over`; other axes they share pair up. Result axes: the shared ones,
 * then the rest of `x`, then the rest of `y`.
 * The first form is for an `x` that is itself a product whose axes are type parameters: what it is summed over may be any axis of its factors.
 */
export function dot<
  A extends string,
  Gone extends string,
  B extends string,
  D extends DType,
  K extends A & B,
>(
  x: Tensor<Without<A, Gone>, D>,
  y: Tensor<B, D>,
  over: K | readonly K[],
  options?: DotOptions,
): Tensor<Without<Without<A, Gone> | B, K>, D>;
export function dot<A extends string, B extends string, D extends DType, K extends A & B>(
  x: Tensor<A, D>,
  y: Tensor<B, D>,
  over: K | readonly K[],
  options?: DotOptions,
): Tensor<Without<A | B, K>, D>;
export function dot(
  x: TensorData,
  y: TensorData,
  over: string | readonly string[],
  options: DotOptions = {},
): unknown {
  checkOptions("dot", options, DOT_OPTIONS);
  checkPrecision("dot", options.precision);
  const { precision } = options;
  const names = ["x", "y"];
  checkDTypes("dot", [x, y], names);
  checkSizes("dot", [x, y], names);
  const contracted = axisNames("dot", x, over);
  checkShared("dot", [x, y], names, contracted);
  const batch = x.axes.filter((a) => indexOf(y.axes, a.name) >= 0 && !contracted.includes(a.name));
  const isFree = (a: Axis): boolean => !contracted.includes(a.name) && !batch.some((b) => b.name === a.name);
  const value = builderHere().create(
    "stablehlo.dot_general",
    [x.value, y.value],
    {
      dot_dimension_numbers: {
        lhs_batching_dimensions: batch.map((a) => indexOf(x.axes, a.name)),
        rhs_batching_dimensions: batch.map((a) => indexOf(y.axes, a.name)),
        lhs_contracting_dimensions: contracted.map((name) => indexOf(x.axes, name)),
        rhs_contracting_dimensions: contracted.map((name) => indexOf(y.axes, name)),
      },
      ...(precision === undefined ? {} : { precision_config: [...precisionConfigOf(precision)] }),
    },
    {
      results: [
        currentTrace().typeOf([...batch, ...x.axes.filter(isFree), ...y.axes.filter(isFree)], x.dtype),
      ],
    },
  ).result;
  return new Tensor([...batch, ...x.axes.filter(isFree), ...y.axes.filter(isFree)], x.dtype, value);
}

/** Functions that others have for two tensors, by what they are called here. */
const ELEMENTWISE: Readonly<Record<string, string>> = { maximum: "x.max(y)", minimum: "x.min(y)" };

const ofTwo = (op: string): string | undefined =>
  Object.hasOwn(ELEMENTWISE, op) ? `of two tensors, element by element: ${ELEMENTWISE[op]}` : undefined;

type Reducer = "add" | "multiply" | "maximum" | "minimum" | "and" | "or";

function reduce<A extends string, D extends DType, N extends A>(
  op: string,
  reducer: Reducer,
  start: Integer,
  x: Tensor<A, D>,
  over: N | readonly N[],
): Tensor<Exclude<A, N>, D> {
  const dimensions = findAxes(op, x, axisNames(op, x, over, ofTwo(op)))
    .map(({ index }) => index)
    .sort((a, b) => a - b);
  const builder = builderHere();
  const scalar = tensorType([], x.dtype);
  const body = builder.region([scalar, scalar], (args, inner) => {
    const result = inner.create(`stablehlo.${reducer}`, args, {}).result;
    inner.create("stablehlo.return", [result], {});
  });
  const initial: Value = currentTrace().fill(op, start, [], x.dtype);
  const value = builder.create("stablehlo.reduce", [x.value, initial], { dimensions }, { regions: [body] })
    .results[0]!;
  return new Tensor(
    x.axes.filter((_, i) => !dimensions.includes(i)),
    x.dtype,
    value,
  );
}

/** How many elements become one. @throws ShapeError when none do */
function countFilled(op: string, x: TensorData, over: string | readonly string[]): number {
  const found = findAxes(op, x, axisNames(op, x, over, ofTwo(op)));
  const empty = found.find(({ axis }) => axis.size === 0);
  if (empty === undefined) return found.reduce((product, { axis }) => product * axis.size, 1);
  throw new ShapeError({
    message: `${op}: axis "${empty.axis.name}" has no elements`,
    got: describe(x.axes, x.dtype),
  });
}

/** The sum over one or several axes, in the tensor's own element type. */
export const sum = <A extends string, D extends DType, N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
) => reduce("sum", "add", 0, x, over);

/** The product over one or several axes, in the tensor's own element type. */
export const prod = <A extends string, D extends DType, N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
) => reduce("prod", "multiply", 1, x, over);

/** The mean over one or several axes, none of them empty. Elements below 32 bits are summed in f32, and rounded once. */
export function mean<A extends string, D extends FloatDType, N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
): Tensor<Exclude<A, N>, D> {
  checkFloats("mean", "x", x);
  const count = countFilled("mean", x, over);
  return inWide(x, (wide) => reduce("mean", "add", 0, wide, over).div(count));
}

/** The mean of the squared distances from the mean, over one or several axes, none of them empty; as `mean`, in f32 at least. */
export function variance<A extends string, D extends FloatDType, N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
): Tensor<Exclude<A, N>, D> {
  checkFloats("variance", "x", x);
  countFilled("variance", x, over);
  return inWide(x, <E extends "f32" | "f64">(wide: Tensor<A, E>) => {
    const distance = wide.sub(mean(wide, over)) as Tensor<A, E>;
    return mean(distance.mul(distance), over);
  });
}

type Extreme = "maximum" | "minimum";

function extreme<A extends string, D extends DType, N extends A>(
  op: string,
  reducer: Extreme,
  x: Tensor<A, D>,
  over: N | readonly N[],
): Tensor<Exclude<A, N>, D> {
  countFilled(op, x, over);
  const [least, greatest] = extremes(op, x);
  return reduce(op, reducer, reducer === "maximum" ? least : greatest, x, over);
}

/** The largest element over one or several axes of numbers, none of them empty. */
export const maximum = <A extends string, D extends FloatDType | IntegerDType, N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
): Tensor<Exclude<A, N>, D> => extreme("maximum", "maximum", x, over);

/** The smallest element over one or several axes of numbers, none of them empty. */
export const minimum = <A extends string, D extends FloatDType | IntegerDType, N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
): Tensor<Exclude<A, N>, D> => extreme("minimum", "minimum", x, over);

/**
 * The index of the largest element along an axis that is not empty, the first of equals; of floats -1 where the largest is
 * not a finite number, or any element is not a number.
 */
export const argmax = <A extends string, D extends FloatDType | IntegerDType, N extends A>(
  x: Tensor<A, D>,
  over: N,
): Tensor<Exclude<A, N>, "i32"> => indexOfExtreme("argmax", "maximum", x, over);

/** The index of the smallest element, as `argmax` has that of the largest. */
export const argmin = <A extends string, D extends FloatDType | IntegerDType, N extends A>(
  x: Tensor<A, D>,
  over: N,
): Tensor<Exclude<A, N>, "i32"> => indexOfExtreme("argmin", "minimum", x, over);

function indexOfExtreme<A extends string, D extends DType, N extends A>(
  op: string,
  reducer: Extreme,
  x: Tensor<A, D>,
  over: N,
): Tensor<Exclude<A, N>, "i32"> {
  const { axis } = findAxis(op, x, over);
  const builder = builderHere();
  // Computed once: a compiler that computes x in two places may round it in two ways, and then no element is the largest.
  const { results } = builder.create("stablehlo.optimization_barrier", [x.value], {});
  const elements = new Tensor<A, D>(x.axes, x.dtype, results[0]!);
  const best = extreme(op, reducer, elements, over);
  const indices = select(elements.eq(best), range(axis as Axis<N>), axis.size);
  // Two plain reductions: 50 us for 32,000 elements on the CPU plugin, where one over pairs of value and index takes 170 us.
  if (!isFloat(x.dtype)) return reduce(op, "minimum", axis.size, indices, over);
  // Asked of each element: not every compiler's maximum keeps what is not a number.
  const candidates = select(elements.eq(elements), indices, -1);
  const first = reduce(op, "minimum", axis.size, candidates, over);
  const finite = builder.create("stablehlo.is_finite", [best.value], {}).result;
  return select(new Tensor<Exclude<A, N>, "i1">(best.axes, "i1", finite), first, -1);
}

/** Whether any element holds. */
export const any = <A extends string, N extends A>(x: Tensor<A, "i1">, over: N | readonly N[]) =>
  reduce("any", "or", 0, x, over);

/** Whether all elements hold. */
export const all = <A extends string, N extends A>(x: Tensor<A, "i1">, over: N | readonly N[]) =>
  reduce("all", "and", 1, x, over);
