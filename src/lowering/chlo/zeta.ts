/**
 * @file The Hurwitz zeta function by the Euler-Maclaurin formula, and polygamma, which is zeta times a
 * factorial:
 *   zeta(x, q) = sum (q + n)^-x for n < N, + a^(1 - x) / (x - 1) + a^-x / 2
 *              + sum B_2k / (2k)! x (x + 1) ... (x + 2k - 2) a^(-x - 2k + 1),   with a = q + N.
 */
import type { Expression } from "../../ir/expression.js";
import { digamma, lgamma } from "./gamma.js";

/** Terms that are added up one by one: N. */
const direct = 10;
/** B_2k / (2k)! for k = 1 ... 12 (B are the Bernoulli numbers), as one over these. */
const bernoulli = [
  12, -720, 30240, -1209600, 47900160, -1892437580.3183792, 7.47242496e10, -2950130727918.164,
  116467828143500.67, -4597978722407473, 181521054019435460, -7166165256175667000,
];

function zetaWide(x: Expression, q: Expression): Expression {
  const exponent = x.negated();
  let sum = q.power(exponent);
  let a = q;
  for (let n = 1; n < direct; n++) {
    a = a.plus(1);
    sum = sum.plus(a.power(exponent));
  }
  a = a.plus(1);
  const last = a.power(exponent);
  // Horner's rule from the far end: factors x + 2k - 2 and x + 2k - 1 belong to term k + 1.
  const inverseSquare = a.like(1).over(a.squared());
  let correction = a.like(0);
  for (let k = bernoulli.length - 1; k >= 1; k--) {
    const factor = x
      .plus(2 * k - 1)
      .times(x.plus(2 * k))
      .times(inverseSquare);
    correction = factor.times(correction.plus(1 / bernoulli[k]!));
  }
  const first = x.over(a).times(correction.plus(1 / bernoulli[0]!));
  const total = sum.plus(last.times(a.over(x.minus(1)).plus(0.5).plus(first)));
  // Where the last term is nothing beside the sum, the corrections may be 0 times infinity.
  return poles(x, q, last.equals(0).choose(sum, total));
}

/**
 * No number for x < 1, and for q <= 0 unless x is whole. At the poles q = 0, -1 ... infinite for even x,
 * else no number, as the terms left of the pole have the other sign. Infinite at x = 1.
 */
function poles(x: Expression, q: Expression, value: Expression): Expression {
  const isLeft = q.isAtMost(0);
  const isUndefined = x.isLess(1).or(isLeft.and(x.differs(x.floor())));
  const half = x.times(0.5);
  const isEven = half.isFinite().and(half.equals(half.floor()));
  const atPole = isEven.choose(x.like(Number.POSITIVE_INFINITY), Number.NaN);
  const isPole = isLeft.and(q.equals(q.floor()));
  const inside = isPole.choose(atPole, isUndefined.choose(Number.NaN, value));
  return x.equals(1).choose(Number.POSITIVE_INFINITY, inside);
}

/** Runs a formula of two operands in f32 at least. */
function inWideFloats2(
  a: Expression,
  b: Expression,
  formula: (a: Expression, b: Expression) => Expression,
): Expression {
  const { element } = a;
  if (element === "f32" || element === "f64") return formula(a, b);
  return formula(a.converted("f32"), b.converted("f32")).converted(element);
}

/** (-1)^(n + 1) n! zeta(n + 1, x); n = 0 is digamma, other n must be whole and not negative. */
function polygammaWide(n: Expression, x: Expression): Expression {
  const half = n.plus(1).times(0.5);
  const sign = half.equals(half.floor()).choose(n.like(1), -1);
  const factorial = lgamma(n.plus(1)).exp();
  const value = sign.times(factorial).times(zetaWide(n.plus(1), x));
  const isDefined = n.isFinite().and(n.equals(n.floor())).and(n.isAtLeast(0));
  return isDefined.choose(n.equals(0).choose(digamma(x), value), Number.NaN);
}

export const zeta = (x: Expression, q: Expression): Expression => inWideFloats2(x, q, zetaWide);
export const polygamma = (n: Expression, x: Expression): Expression => inWideFloats2(n, x, polygammaWide);
