/** @file Rules of elementwise ops of several operands. a and b are the operands, y the result, g its cotangent. */
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OpName } from "../../ir/ops/index.js";
import { filledLike, scaled, sumAll, where, zerosLike } from "../arithmetic.js";
import { constant, differentiable, type Rules } from "../rule.js";

type Derivative = (e: Emitter, g: Value, a: Value, b: Value, y: Value) => Value;

/** An op of two operands by its two derivatives. */
const binary = (toA: Derivative, toB: Derivative) =>
  differentiable(({ e, op, cotangent }) => {
    const [a, b] = op.operands as readonly [Value, Value];
    const y = op.results[0]!;
    return [() => toA(e, cotangent, a, b, y), () => toB(e, cotangent, a, b, y)];
  });

/** All of g where the operand alone is the result, half of it where both are. */
const shareOf =
  (mine: 0 | 1): Derivative =>
  (e, g, a, b, y) => {
    const [own, other] = mine === 0 ? [a, b] : [b, a];
    const share = e.select(e.compare("EQ", other, y), scaled(e, g, 0.5), g);
    return where(e, e.compare("EQ", own, y), share);
  };
const extremum = binary(shareOf(0), shareOf(1));

const isZero = (e: Emitter, x: Value): Value => e.compare("EQ", x, zerosLike(e, x));
/** `x`, and 1 where it is 0. */
const orOne = (e: Emitter, x: Value): Value => e.select(isZero(e, x), filledLike(e, x, 1), x);

/** b a^(b-1), which is 0 for b = 0 whatever a is. */
const powerByBase: Derivative = (e, g, a, b) => {
  const exponent = e.select(isZero(e, b), filledLike(e, b, 1), e.sub(b, filledLike(e, b, 1)));
  const slope = where(e, e.compare("NE", b, zerosLike(e, b)), e.mul(b, e.binary("power", a, exponent)));
  return e.mul(g, slope);
};

/** a^b log a, with log 1 for a = 0. */
const powerByExponent: Derivative = (e, g, a, _, y) => e.mul(g, e.mul(e.unary("log", orOne(e, a)), y));

/** The quotient rounded towards zero. */
function wholeQuotient(e: Emitter, a: Value, b: Value): Value {
  const quotient = e.div(a, b);
  return e.mul(e.unary("sign", quotient), e.unary("floor", e.unary("abs", quotient)));
}

const squaredDistance = (e: Emitter, a: Value, b: Value): Value => e.add(e.mul(a, a), e.mul(b, b));

/** `x`, a scalar or like the operand, as large as the operand. */
const spread = (e: Emitter, x: Value, like: Value): Value => e.broadcast(x, shapeOf(like), spreadDims(x));
const spreadDims = (x: Value): readonly number[] => shapeOf(x).map((_, i) => i);
/** The opposite of `spread`. */
const gathered = (e: Emitter, g: Value, bound: Value): Value =>
  shapeOf(bound).length === shapeOf(g).length ? g : sumAll(e, g);

type BinaryName = Extract<
  OpName,
  `stablehlo.${
    | "add"
    | "and"
    | "atan2"
    | "clamp"
    | "compare"
    | "complex"
    | "divide"
    | "maximum"
    | "minimum"
    | "multiply"
    | "or"
    | "power"
    | "remainder"
    | "select"
    | "shift_left"
    | "shift_right_arithmetic"
    | "shift_right_logical"
    | "subtract"
    | "xor"}`
>;

export const binaryRules: Rules<BinaryName> = {
  "stablehlo.add": binary(
    (_, g) => g,
    (_, g) => g,
  ),
  "stablehlo.and": constant,
  "stablehlo.atan2": binary(
    (e, g, a, b) => e.mul(g, e.div(b, squaredDistance(e, a, b))),
    (e, g, a, b) => e.mul(g, e.div(e.unary("negate", a), squaredDistance(e, a, b))),
  ),
  // At a bound itself the derivative is 0, as in JAX. Bounds the wrong way round make the upper one the result.
  "stablehlo.clamp": differentiable(({ e, op, cotangent: g }) => {
    const [low, x, high] = op.operands as readonly [Value, Value, Value];
    const lower = (): Value => spread(e, low, x);
    const upper = (): Value => spread(e, high, x);
    const above = (): Value => e.compare("GT", x, lower());
    const below = (): Value => e.compare("LT", x, upper());
    const isLow = (): Value => e.and(e.compare("LT", x, lower()), e.compare("LT", lower(), upper()));
    const isHigh = (): Value => e.compare("GT", e.binary("maximum", x, lower()), upper());
    return [
      () => gathered(e, where(e, isLow(), g), low),
      () => where(e, e.and(above(), below()), g),
      () => gathered(e, where(e, isHigh(), g), high),
    ];
  }),
  "stablehlo.compare": constant,
  "stablehlo.complex": binary(
    (e, g) => e.unary("real", g),
    (e, g) => e.unary("negate", e.unary("imag", g)),
  ),
  "stablehlo.divide": binary(
    (e, g, _, b) => e.div(g, b),
    (e, g, _, b, y) => e.unary("negate", e.mul(e.div(g, b), y)),
  ),
  "stablehlo.maximum": extremum,
  "stablehlo.minimum": extremum,
  "stablehlo.multiply": binary(
    (e, g, _, b) => e.mul(g, b),
    (e, g, a) => e.mul(g, a),
  ),
  "stablehlo.or": constant,
  "stablehlo.power": binary(powerByBase, powerByExponent),
  "stablehlo.remainder": binary(
    (_, g) => g,
    (e, g, a, b) => e.unary("negate", e.mul(g, wholeQuotient(e, a, b))),
  ),
  "stablehlo.select": differentiable(({ e, op, cotangent: g }) => {
    const predicate = op.operands[0]!;
    return [
      undefined,
      () => e.select(predicate, g, zerosLike(e, g)),
      () => e.select(predicate, zerosLike(e, g), g),
    ];
  }),
  "stablehlo.shift_left": constant,
  "stablehlo.shift_right_arithmetic": constant,
  "stablehlo.shift_right_logical": constant,
  "stablehlo.subtract": binary(
    (_, g) => g,
    (e, g) => e.unary("negate", g),
  ),
  "stablehlo.xor": constant,
};
