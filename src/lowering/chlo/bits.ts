/** @file next_after and mulhi: work on the bits of numbers. */
import { bitWidth, type IntegerType } from "../../ir/types.js";
import type { Expression } from "../../ir/expression.js";

/**
 * The next float after x in the direction of y. As integers the floats of one sign are in order of size: one
 * step up is away from zero. From zero the step leads to the smallest number of y's sign.
 */
export function nextAfter(x: Expression, y: Expression): Expression {
  const { element } = x;
  const integer = `i${bitWidth(element)}` as IntegerType;
  const bits = x.bitcast(integer);
  const isAway = x
    .abs()
    .isLess(y.abs())
    .and(
      x
        .isLess(0)
        .and(y.isGreater(0))
        .or(x.isGreater(0).and(y.isLess(0)))
        .not(),
    );
  const stepped = bits.plus(isAway.choose(bits.like(1), -1)).bitcast(element);
  const smallest = bits.like(1).bitcast(element);
  const fromZero = y.isLess(0).choose(smallest.negated(), smallest);
  const moved = x.equals(0).choose(fromZero, stepped);
  const isUndefined = x.differs(x).or(y.differs(y));
  return isUndefined.choose(Number.NaN, x.equals(y).choose(y, moved));
}

/** The upper half of a product in integers of twice the width. */
function mulhiWidened(a: Expression, b: Expression): Expression {
  const { element } = a;
  const bits = bitWidth(element);
  const wide = String(element).replace(String(bits), String(2 * bits)) as IntegerType;
  return a.converted(wide).times(b.converted(wide)).shiftedRight(bits).converted(element);
}

/**
 * The upper 64 bits of a product of halves: (a1 2^32 + a0)(b1 2^32 + b0), whose upper halves carry the sign.
 */
function mulhi64(a: Expression, b: Expression): Expression {
  const isSigned = a.element === "i64";
  const upper = (x: Expression): Expression => (isSigned ? x.shiftedRightSigned(32) : x.shiftedRight(32));
  const lower = (x: Expression): Expression => x.minus(upper(x).times(2 ** 32));
  const [a1, b1, a0, b0] = [upper(a), upper(b), lower(a), lower(b)];
  const carried = a1.times(b0).plus(a0.times(b0).shiftedRight(32));
  const crossed = a0.times(b1).plus(lower(carried));
  return a1.times(b1).plus(upper(carried)).plus(upper(crossed));
}

/** The upper half of the bits of a product. */
export const mulhi = (a: Expression, b: Expression): Expression =>
  bitWidth(a.element) === 64 ? mulhi64(a, b) : mulhiWidened(a, b);
