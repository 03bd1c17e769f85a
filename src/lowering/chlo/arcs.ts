/** @file Inverse trigonometric and hyperbolic functions of real numbers, in forms that cancel nowhere. */
import type { Expression } from "../../ir/expression.js";
import { largestNumber } from "../../ir/floats/formats.js";

/** 2 atan(sqrt((1 - x) / (1 + x))). */
export function acos(x: Expression): Expression {
  const angle = x.like(1).minus(x).sqrt().atan2(x.plus(1).sqrt());
  return angle.times(2);
}

/** 2 atan(x / (1 + sqrt(1 - x^2))). */
export const asin = (x: Expression): Expression =>
  x.atan2(x.like(1).minus(x).times(x.plus(1)).sqrt().plus(1)).times(2);

export const atan = (x: Expression): Expression => x.atan2(1);

/** log(2x) where x^2 would overflow. */
const logOfDouble = (x: Expression): Expression => x.log().plus(Math.LN2);

/** log(x + sqrt(x^2 - 1)) with d = x - 1: log1p(d + sqrt(d) sqrt(d + 2)). */
export function acosh(x: Expression): Expression {
  const largest = largestNumber(x.float);
  const root = x.minus(1).sqrt();
  const near = root.times(root.plus(x.plus(1).sqrt())).log1p();
  return x.isAtLeast(largest / 2).choose(logOfDouble(x), near);
}

/** sign(x) log(|x| + sqrt(x^2 + 1)) as log1p(|x| + x^2 / (1 + sqrt(x^2 + 1))). */
export function asinh(x: Expression): Expression {
  const largest = largestNumber(x.float);
  const a = x.abs();
  const square = a.squared();
  const near = a.plus(square.over(square.plus(1).sqrt().plus(1))).log1p();
  const length = a.isAtLeast(Math.sqrt(largest)).choose(logOfDouble(a), near);
  return length.times(x.sign());
}

/** (log(1 + x) - log(1 - x)) / 2, whose terms have opposite signs. */
export const atanh = (x: Expression): Expression => x.log1p().minus(x.negated().log1p()).times(0.5);
