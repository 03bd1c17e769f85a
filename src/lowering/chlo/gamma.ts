/**
 * @file lgamma and digamma by Lanczos' approximation with g = 7 and nine coefficients ("A precision
 * approximation of the gamma function", 1964): with z = x - 1 and t = z + g + 1/2,
 *   gamma(z + 1) = sqrt(2 pi) t^(z + 1/2) e^-t A(z),  A(z) = c0 + c1 / (z + 1) + ... + c8 / (z + 8).
 * Below 1/2 Euler's reflection leads to 1 - x.
 */
import { type Expression, inWideFloats } from "../../ir/expression.js";

const g = 7;
const base = 0.9999999999998099;
const coefficients = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 0.000009984369578019572, 1.5056327351493116e-7,
] as const;

interface Lanczos {
  /** Whether x is below 1/2, so that z stands for 1 - x instead. */
  readonly isReflected: Expression;
  readonly z: Expression;
  readonly t: Expression;
  readonly logT: Expression;
}

function lanczos(x: Expression): Lanczos {
  const isReflected = x.isLess(0.5);
  const z = isReflected.choose(x.negated(), x.minus(1));
  // log t as log(g + 1/2) + log1p(z / (g + 1/2)) is exact where log is not.
  const logT = z
    .over(g + 0.5)
    .log1p()
    .plus(Math.log(g + 0.5));
  return { isReflected, z, t: z.plus(g + 0.5), logT };
}

/** log |sin(pi x)|, of the distance to the nearest integer: exact where the sine is near zero. */
function logSinePi(x: Expression): Expression {
  const a = x.abs();
  const fraction = a.minus(a.floor());
  const distance = fraction.isGreater(0.5).choose(fraction.negated().plus(1), fraction);
  return distance.times(Math.PI).sin().log();
}

function lgammaWide(x: Expression): Expression {
  const { isReflected, z, t, logT } = lanczos(x);
  const a = coefficients.reduce((sum, c, k) => sum.plus(z.like(c).over(z.plus(k + 1))), z.like(base));
  // (z + 1/2) log t - t, with log t factored out so that nothing overflows early.
  const power = z.plus(0.5).minus(t.over(logT)).times(logT);
  const upper = power.plus(Math.log(2 * Math.PI) / 2).plus(a.log());
  const sine = logSinePi(x);
  const reflected = sine
    .isFinite()
    .choose(sine.like(Math.log(Math.PI)).minus(sine).minus(upper), sine.negated());
  const isInfinite = x.abs().equals(Number.POSITIVE_INFINITY);
  return isInfinite.choose(Number.POSITIVE_INFINITY, isReflected.choose(reflected, upper));
}

/** log t + A'(z) / A(z) - g / t; reflected it loses pi cot(pi x), and the poles are at 0, -1, -2 ... */
function digammaWide(x: Expression): Expression {
  const { isReflected, z, t, logT } = lanczos(x);
  let [a, slope] = [z.like(base), z.like(0)];
  coefficients.forEach((c, k) => {
    const shifted = z.plus(k + 1);
    a = a.plus(z.like(c).over(shifted));
    slope = slope.minus(z.like(c).over(shifted.squared()));
  });
  const upper = logT.plus(slope.over(a)).minus(t.like(g).over(t));
  // cot has period 1: of the distance to the nearest integer.
  const angle = x.plus(x.plus(0.5).floor().abs()).times(Math.PI);
  const reflected = upper.minus(angle.cos().times(Math.PI).over(angle.sin()));
  const isPole = x.isAtMost(0).and(x.equals(x.floor()));
  return isPole.choose(Number.NaN, isReflected.choose(reflected, upper));
}

export const lgamma = (x: Expression): Expression => inWideFloats(x, lgammaWide);
export const digamma = (x: Expression): Expression => inWideFloats(x, digammaWide);
