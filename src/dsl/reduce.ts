/** @file Contractions and reductions by axis name. */
import { type Value } from "../ir/operation.js";
import { tensorType } from "../ir/types.js";
import { checkDTypes, checkSizes, findAxis } from "./align.js";
import { type Axis, type DType, indexOf } from "./axis.js";
import { Tensor } from "./tensor.js";
import { builderHere, currentTrace } from "./trace.js";

/**
 * The product of two tensors summed over the axes `over`; other axes they share pair up. Result axes: the shared ones,
 * then the rest of `x`, then the rest of `y`.
 */
export function dot<A extends string, B extends string, D extends DType, K extends A & B>(
  x: Tensor<A, D>,
  y: Tensor<B, D>,
  over: K | readonly K[],
): Tensor<Exclude<A | B, K>, D> {
  const contracted: readonly string[] = typeof over === "string" ? [over] : over;
  const names = ["x", "y"];
  checkDTypes("dot", [x, y], names);
  checkSizes("dot", [x, y], names);
  for (const name of contracted) {
    findAxis("dot", x, name);
    findAxis("dot", y, name);
  }
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
    },
    {
      results: [
        currentTrace().typeOf([...batch, ...x.axes.filter(isFree), ...y.axes.filter(isFree)], x.dtype),
      ],
    },
  ).result;
  return new Tensor([...batch, ...x.axes.filter(isFree), ...y.axes.filter(isFree)], x.dtype, value);
}

type Reducer = "add" | "multiply" | "maximum" | "minimum" | "and" | "or";

function reduce<A extends string, D extends DType, N extends A>(
  reducer: Reducer,
  start: number,
  x: Tensor<A, D>,
  over: N | readonly N[],
): Tensor<Exclude<A, N>, D> {
  const names: readonly string[] = typeof over === "string" ? [over] : over;
  const dimensions = names.map((name) => findAxis(reducer, x, name).index).sort((a, b) => a - b);
  const builder = builderHere();
  const scalar = tensorType([], x.dtype);
  const body = builder.region([scalar, scalar], (args, inner) => {
    const result = inner.create(`stablehlo.${reducer}`, args, {}).result;
    inner.create("stablehlo.return", [result], {});
  });
  const initial: Value = currentTrace().fill(start, [], x.dtype);
  const value = builder.create("stablehlo.reduce", [x.value, initial], { dimensions }, { regions: [body] })
    .results[0]!;
  return new Tensor(
    x.axes.filter((_, i) => !dimensions.includes(i)),
    x.dtype,
    value,
  );
}

/** The sum over one or several axes, in the tensor's own element type. */
export const sum = <A extends string, D extends DType, N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
) => reduce("add", 0, x, over);

/** The mean over one or several axes. */
export function mean<A extends string, D extends "f64" | "f32", N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
): Tensor<Exclude<A, N>, D> {
  const names: readonly N[] = typeof over === "string" ? [over as N] : (over as readonly N[]);
  const count = names.reduce((product, name) => product * x.size(name), 1);
  return reduce("add", 0, x, names).div(count);
}

/** The largest element over one or several axes of a float tensor. */
export const maximum = <A extends string, D extends "f64" | "f32" | "f16" | "bf16", N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
) => reduce("maximum", Number.NEGATIVE_INFINITY, x, over);

/** Whether any element holds. */
export const any = <A extends string, N extends A>(x: Tensor<A, "i1">, over: N | readonly N[]) =>
  reduce("or", 0, x, over);

/** Whether all elements hold. */
export const all = <A extends string, N extends A>(x: Tensor<A, "i1">, over: N | readonly N[]) =>
  reduce("and", 1, x, over);
