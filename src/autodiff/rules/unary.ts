/** @file Rules of elementwise ops of one operand. y is the result, x the operand, g the cotangent of y. */
import type { Emitter } from "../../ir/emit.js";
import { typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OpName } from "../../ir/ops/index.js";
import { isComplex } from "../../ir/types.js";
import {
  asReal,
  filledLike,
  isComplexValue,
  minusFrom,
  scaled,
  shifted,
  where,
  zerosLike,
} from "../arithmetic.js";
import { constant, differentiable, type Rules } from "../rule.js";

/** An op of one operand by its own derivative. */
const unary = (derivative: (e: Emitter, g: Value, x: Value, y: Value) => Value) =>
  differentiable(({ e, op, cotangent }) => [() => derivative(e, cotangent, op.operands[0]!, op.results[0]!)]);

/** The cotangent of a result that was converted, as elements of the operand's type. */
function converted(e: Emitter, g: Value, x: Value): Value {
  const { element } = typeOf(x);
  const isNarrowed = isComplexValue(g) && !isComplex(element);
  return e.convert(isNarrowed ? e.unary("real", g) : g, element);
}

/**
 * At 0 the direction is 0, and so is the derivative: half of what it is on both sides, as of max(x, -x). JAX takes 1, by which smooth functions
 * of it are off: log(1 + exp(-|x|)) + max(x, 0) has the derivative 1/2.
 */
function magnitude(e: Emitter, g: Value, x: Value): Value {
  const direction = e.builder.create("stablehlo.sign", [x], {}).result;
  if (!isComplexValue(x)) return e.mul(g, direction);
  const imaginary = e.unary("negate", e.unary("imag", direction));
  return e.binary("complex", e.mul(g, e.unary("real", direction)), e.mul(g, imaginary));
}

/** Of z/|z|: (g - Re(g s) conj(s)) / |z| with s = z/|z|; 0 for z = 0. Of real numbers constant. */
function direction(e: Emitter, g: Value, x: Value, y: Value): Value {
  if (!isComplexValue(x)) return zerosLike(e, x);
  const size = e.unary("abs", x);
  const isZero = e.compareTo("EQ", size, 0);
  const divisor = asReal(e, e.select(isZero, filledLike(e, size, 1), size));
  const along = e.unary("real", e.mul(g, y));
  const conjugate = e.binary("complex", e.unary("real", y), e.unary("negate", e.unary("imag", y)));
  const across = e.div(e.sub(g, e.mul(asReal(e, along), conjugate)), divisor);
  return where(e, e.compareTo("NE", size, 0), across);
}

type UnaryName = Extract<
  OpName,
  `stablehlo.${
    | "abs"
    | "bitcast_convert"
    | "cbrt"
    | "ceil"
    | "convert"
    | "cosine"
    | "count_leading_zeros"
    | "exponential"
    | "exponential_minus_one"
    | "floor"
    | "imag"
    | "is_finite"
    | "log"
    | "log_plus_one"
    | "logistic"
    | "negate"
    | "not"
    | "popcnt"
    | "real"
    | "reduce_precision"
    | "round_nearest_afz"
    | "round_nearest_even"
    | "rsqrt"
    | "sign"
    | "sine"
    | "sqrt"
    | "tan"
    | "tanh"}`
>;

export const unaryRules: Rules<UnaryName> = {
  "stablehlo.abs": unary(magnitude),
  "stablehlo.bitcast_convert": constant,
  "stablehlo.cbrt": unary((e, g, _, y) => e.div(g, scaled(e, e.mul(y, y), 3))),
  "stablehlo.ceil": constant,
  "stablehlo.convert": unary(converted),
  "stablehlo.cosine": unary((e, g, x) => e.unary("negate", e.mul(g, e.unary("sine", x)))),
  "stablehlo.count_leading_zeros": constant,
  "stablehlo.exponential": unary((e, g, _, y) => e.mul(g, y)),
  "stablehlo.exponential_minus_one": unary((e, g, _, y) => e.mul(g, shifted(e, y, 1))),
  "stablehlo.floor": constant,
  "stablehlo.imag": unary((e, g, x) =>
    isComplexValue(x) ? e.binary("complex", zerosLike(e, g), e.unary("negate", g)) : zerosLike(e, x),
  ),
  "stablehlo.is_finite": constant,
  "stablehlo.log": unary((e, g, x) => e.div(g, x)),
  "stablehlo.log_plus_one": unary((e, g, x) => e.div(g, shifted(e, x, 1))),
  "stablehlo.logistic": unary((e, g, _, y) => e.mul(g, e.mul(y, minusFrom(e, 1, y)))),
  "stablehlo.negate": unary((e, g) => e.unary("negate", g)),
  "stablehlo.not": constant,
  "stablehlo.popcnt": constant,
  "stablehlo.real": unary((e, g, x) => (isComplexValue(x) ? asReal(e, g) : g)),
  "stablehlo.reduce_precision": differentiable(({ e, op, cotangent }) => [
    () => e.builder.create("stablehlo.reduce_precision", [cotangent], op.attributes).result,
  ]),
  "stablehlo.round_nearest_afz": constant,
  "stablehlo.round_nearest_even": constant,
  "stablehlo.rsqrt": unary((e, g, x, y) => e.mul(g, e.div(scaled(e, y, -0.5), x))),
  "stablehlo.sign": unary(direction),
  "stablehlo.sine": unary((e, g, x) => e.mul(g, e.unary("cosine", x))),
  "stablehlo.sqrt": unary((e, g, _, y) => e.div(g, scaled(e, y, 2))),
  "stablehlo.tan": unary((e, g, _, y) => e.mul(g, shifted(e, e.mul(y, y), 1))),
  "stablehlo.tanh": unary((e, g, _, y) => e.mul(g, minusFrom(e, 1, e.mul(y, y)))),
};
