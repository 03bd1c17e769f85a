/**
 * @file Inverse trigonometric and hyperbolic functions of complex numbers. Arc sine and cosine follow Hull,
 * Fairgrieve and Tang, "Implementing the complex arcsine and arccosine functions using exception handling"
 * (1997), its regions written as selections; the others are these with parts swapped, as asinh(z) = i
 * asin(-i z).
 */
import type { Expression } from "../../ir/expression.js";
import { largestNumber, smallestNormal } from "../../ir/floats/formats.js";

/** sqrt(a^2 + b^2) of numbers that are not negative, without overflow. */
function hypot(a: Expression, b: Expression): Expression {
  const [large, small] = [a.max(b), a.min(b)];
  const ratio = small.over(large);
  const square = ratio.squared();
  const root = square.plus(1).sqrt();
  // Where 1 + r^2 rounds to 1, r^2 / 2 still counts in the last place.
  const tiny = root.equals(1).and(square.isGreater(0));
  const length = tiny.choose(large.plus(large.times(square).times(0.5)), large.times(root));
  const equal = large.equals(small);
  return equal.choose(large.times(Math.SQRT2), length);
}

/** What arc sine and arc cosine share, of |x| and |y|. */
interface Arc {
  readonly x: Expression;
  readonly y: Expression;
  /** x / sqrt(a^2 - x^2) is the tangent of the arc sine's real part; this is the root. */
  readonly root: Expression;
  /** log(a + sqrt(a^2 - 1)): the length of the imaginary part. */
  readonly imaginary: Expression;
}

/** Where numbers are so large that 1 does not count beside them. */
function farImaginary(x: Expression, y: Expression): Expression {
  const [large, small] = [x.max(y), x.min(y)];
  const ratio = large.isFinite().choose(small.over(large), 0);
  return large.log().plus(Math.LN2).plus(ratio.squared().log1p().times(0.5));
}

function arcOf(z: Expression): Arc {
  const [x, y] = [z.real().abs(), z.imag().abs()];
  const largest = largestNumber(x.float);
  const isFar = x.max(y).isAtLeast(Math.sqrt(largest) / 8);
  const [above, below] = [x.plus(1), x.minus(1)];
  const [r, s] = [hypot(above, y), hypot(below.abs(), y)];
  const a = r.plus(s).times(0.5);
  const square = y.squared();
  const [rPlus, sPlus, sMinus] = [r.plus(above), s.plus(below), s.minus(below)];
  const isInside = x.isAtMost(1);
  const halfSum = a.plus(x).times(0.5);
  const rootInside = halfSum.times(square.over(rPlus).plus(sMinus)).sqrt();
  const rootOutside = y.times(halfSum.over(rPlus).plus(halfSum.over(sPlus)).sqrt());
  const root = isFar.choose(y, isInside.choose(rootInside, rootOutside));
  // a - 1 without cancellation: three ways to write it.
  const halfSquare = square.times(0.5);
  const excessOutside = halfSquare.over(rPlus).plus(sPlus.times(0.5));
  const excessInside = halfSquare.over(rPlus).plus(halfSquare.over(sMinus));
  const excessNear = a.isAtMost(1.5).choose(excessInside, a.minus(1));
  const excess = x.isAtLeast(1).choose(excessOutside, excessNear);
  const isOnAxis = y.isLess(4 * Math.sqrt(smallestNormal(x.float))).and(x.isLess(1));
  const near = excess.plus(excess.times(a.plus(1)).sqrt()).log1p();
  const onAxis = y.over(below.negated().times(above).sqrt());
  const imaginary = isFar.choose(farImaginary(x, y), isOnAxis.choose(onAxis, near));
  return { x, y, root, imaginary };
}

const withSignOf = (length: Expression, sign: Expression): Expression =>
  sign.isLess(0).choose(length.negated(), length);

/** What arc sine and arc cosine are made of: w with asin(z) = atan2(Re z, Re w) + i sign(Im z) Im w. */
export function asinAcosKernel(z: Expression): Expression {
  const { root, imaginary } = arcOf(z);
  return root.withImaginary(imaginary);
}

export function asin(z: Expression): Expression {
  const { root, imaginary } = arcOf(z);
  return z.real().atan2(root).withImaginary(withSignOf(imaginary, z.imag()));
}

export function acos(z: Expression): Expression {
  const { root, imaginary } = arcOf(z);
  const y = z.imag();
  const lower = y.isLess(0);
  return root.atan2(z.real()).withImaginary(lower.choose(imaginary, imaginary.negated()));
}

/** x + iy as y + ix. */
const swapped = (z: Expression): Expression => z.imag().withImaginary(z.real());

/** asinh(x + iy): swapping the parts of both sides makes it asin. */
export const asinh = (z: Expression): Expression => swapped(asin(swapped(z)));

/** acosh(z) = +-i acos(z), with a real part that is not negative. */
export function acosh(z: Expression): Expression {
  const arc = acos(z);
  return arc.imag().abs().withImaginary(withSignOf(arc.real(), z.imag()));
}

/**
 * (log(1 + z) - log(1 - z)) / 2: the real part is log1p(4x / ((1 - x)^2 + y^2)) / 4, the imaginary part half
 * the angle of (1 - x)(1 + x) - y^2 and 2y (Kahan, "Branch cuts for complex elementary functions", 1987).
 */
export function atanh(z: Expression): Expression {
  const [x, y] = [z.real(), z.imag()];
  const a = x.abs();
  const largest = largestNumber(x.float);
  const isFar = a.max(y.abs()).isAtLeast(Math.sqrt(largest) / 4);
  const [below, square] = [a.like(1).minus(a), y.squared()];
  const ratio = a.times(4).over(below.squared().plus(square));
  // Far out log1p(4x / |z|^2) / 4 is x / |z|^2, scaled so that no square overflows.
  const length = hypot(a, y.abs());
  const farReal = a.over(length).over(length);
  const real = isFar.choose(length.isFinite().choose(farReal, 0), ratio.log1p().times(0.25));
  const turn = y
    .times(2)
    .atan2(below.times(a.plus(1)).minus(square))
    .times(0.5);
  const quarter = withSignOf(y.like(Math.PI / 2), y);
  return withSignOf(real, x).withImaginary(isFar.choose(quarter, turn));
}

/** atan(x + iy): swapping the parts of both sides makes it atanh. */
export const atan = (z: Expression): Expression => swapped(atanh(swapped(z)));
