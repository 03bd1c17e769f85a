/** @file Hyperbolic functions, real and complex. */
import { isComplex } from "../../ir/types.js";
import { type Expression, inWideFloats } from "../../ir/expression.js";

/** e^x / 2 as e^(x/2) e^(x/2) / 2: e^x alone would overflow where its half does not. */
function halfExp(x: Expression): Expression {
  const root = x.times(0.5).exp();
  return root.times(root.times(0.5));
}

const realCosh = (x: Expression): Expression => halfExp(x).plus(halfExp(x.negated()));

/** Near zero by e^x - 1: with u = e^x - 1 it is (u + u / (u + 1)) / 2. */
function realSinh(x: Expression): Expression {
  const far = halfExp(x).minus(halfExp(x.negated()));
  const u = x.expm1();
  const near = u.plus(u.over(u.plus(1))).times(0.5);
  return x.abs().isLess(1).choose(near, far);
}

/** cosh(x + iy) = cosh x cos y + i sinh x sin y. */
export function cosh(z: Expression): Expression {
  if (!isComplex(z.element)) return inWideFloats(z, realCosh);
  const [x, y] = [z.real(), z.imag()];
  return realCosh(x).times(y.cos()).withImaginary(realSinh(x).times(y.sin()));
}

/** sinh(x + iy) = sinh x cos y + i cosh x sin y. */
export function sinh(z: Expression): Expression {
  if (!isComplex(z.element)) return inWideFloats(z, realSinh);
  const [x, y] = [z.real(), z.imag()];
  return realSinh(x).times(y.cos()).withImaginary(realCosh(x).times(y.sin()));
}
