/** @file Softmax and its relatives, without overflow, in f32 at least. */
import {
  exp,
  type FloatDType,
  isFiniteNumber,
  log,
  maximum,
  select,
  stopGradient,
  sum,
  type Tensor,
} from "../dsl/index.js";
import { axisNames, checkFloats, findAxes } from "../dsl/align.js";
import { inWide } from "../dsl/wide.js";

/** The largest of x, as what changes no result when it is taken off; 0 where it is not finite. */
function top<A extends string, E extends "f32" | "f64", N extends A>(
  x: Tensor<A, E>,
  over: N | readonly N[],
): Tensor<Exclude<A, N>, E> {
  const largest = stopGradient(maximum(x, over));
  return select(isFiniteNumber(largest), largest, 0);
}

/** x, of which an author hears by the function that was called, not by those that it is made of. */
function checked<A extends string, D extends FloatDType>(
  op: string,
  x: Tensor<A, D>,
  over: A | readonly A[],
): Tensor<A, D> {
  checkFloats(op, "x", x);
  findAxes(op, x, axisNames(op, x, over));
  return x;
}

/** exp(x) / sum(exp(x)) over one or several axes, none of them empty; not a number where all elements are -infinity. */
export const softmax = <A extends string, D extends FloatDType, N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
): Tensor<A, D> =>
  inWide(checked("softmax", x, over), <E extends "f32" | "f64">(wide: Tensor<A, E>) => {
    const powers = exp(wide.sub(top(wide, over)) as Tensor<A, E>);
    return powers.div(sum(powers, over)) as Tensor<A, E>;
  });

/** log(sum(exp(x))) over one or several axes, none of them empty. */
export const logSumExp = <A extends string, D extends FloatDType, N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
): Tensor<Exclude<A, N>, D> =>
  inWide(checked("logSumExp", x, over), <E extends "f32" | "f64">(wide: Tensor<A, E>) => {
    const largest = top(wide, over);
    return log(sum(exp(wide.sub(largest) as Tensor<A, E>), over)).add(largest);
  });

/** log(softmax(x)) over one or several axes, none of them empty, exact where softmax is near 0. */
export const logSoftmax = <A extends string, D extends FloatDType, N extends A>(
  x: Tensor<A, D>,
  over: N | readonly N[],
): Tensor<A, D> =>
  inWide(checked("logSoftmax", x, over), <E extends "f32" | "f64">(wide: Tensor<A, E>) => {
    const off = wide.sub(top(wide, over)) as Tensor<A, E>;
    return off.sub(log(sum(exp(off), over))) as Tensor<A, E>;
  });
