/** @file Rules of the elementwise ops on one operand. */
import { isComplex } from "../types.js";
import * as complex from "./complex.js";
import { complexAt, unary } from "./elementwise.js";
import { roundHalfEven } from "../floats/bits.js";
import * as integers from "./integers.js";
import type { TensorRule } from "./machine.js";
import { Tensor } from "./tensor.js";

/** A function of floats and of complex numbers. */
const transcendental = (
  float: (x: number) => number,
  ofComplex: (z: complex.Complex) => complex.Complex,
): ReturnType<typeof unary> => unary({ float, complex: ofComplex });

const realOf = (x: Tensor): "f32" | "f64" => (x.element === "complex<f32>" ? "f32" : "f64");

/** One part of each complex number; of real ones `ofReal`. */
const part =
  (offset: 0 | 1, ofReal: (x: number) => number) =>
  (_: unknown, [x]: readonly Tensor[]): readonly Tensor[] => {
    if (!isComplex(x!.element))
      return [Tensor.fromFloats(x!.shape, x!.element, Array.from(x!.floats, ofReal))];
    const values = Array.from({ length: x!.count }, (__, i) => x!.floats[2 * i + offset]!);
    return [Tensor.fromFloats(x!.shape, realOf(x!), values)];
  };

const realAbs = unary({ integer: integers.abs, float: Math.abs });

const abs: TensorRule<"stablehlo.abs"> = (operation, operands) => {
  const [x] = operands as [Tensor];
  if (!isComplex(x.element)) return realAbs(operation, operands);
  const lengths = Array.from({ length: x.count }, (_, i) => complex.abs(complexAt(x, i)));
  return [Tensor.fromFloats(x.shape, realOf(x), lengths)];
};

const isFiniteRule: TensorRule<"stablehlo.is_finite"> = (_, [x]) => [
  Tensor.fromBooleans(x!.shape, Array.from(x!.floats, Number.isFinite)),
];

/** Ties away from zero; 0.49999999999999994 must not become 1. */
function roundAwayFromZero(x: number): number {
  const rest = Math.abs(x % 1);
  const whole = Math.trunc(x);
  return rest >= 0.5 ? whole + Math.sign(x) : whole;
}

const roundToEven = (x: number): number => {
  const rounded = Number.isFinite(x) ? roundHalfEven(x) : x;
  return rounded === 0 ? x * 0 : rounded;
};

export const unaryRules = {
  "stablehlo.abs": abs,
  "stablehlo.cbrt": transcendental(Math.cbrt, complex.cbrt),
  "stablehlo.ceil": unary({ float: Math.ceil }),
  "stablehlo.cosine": transcendental(Math.cos, complex.cosine),
  "stablehlo.count_leading_zeros": unary({ integer: integers.countLeadingZeros }),
  "stablehlo.exponential": transcendental(Math.exp, complex.exponential),
  "stablehlo.exponential_minus_one": transcendental(Math.expm1, complex.exponentialMinusOne),
  "stablehlo.floor": unary({ float: Math.floor }),
  "stablehlo.imag": part(1, () => 0),
  "stablehlo.is_finite": isFiniteRule,
  "stablehlo.log": transcendental(Math.log, complex.log),
  "stablehlo.log_plus_one": transcendental(Math.log1p, complex.logPlusOne),
  "stablehlo.logistic": transcendental((x) => 1 / (1 + Math.exp(-x)), complex.logistic),
  "stablehlo.negate": unary({ integer: (x) => -x, float: (x) => -x, complex: complex.negate }),
  "stablehlo.not": unary({ boolean: (x) => !x, integer: (x) => ~x }),
  "stablehlo.popcnt": unary({ integer: integers.countOnes }),
  "stablehlo.real": part(0, (x) => x),
  "stablehlo.round_nearest_afz": unary({ float: roundAwayFromZero }),
  "stablehlo.round_nearest_even": unary({ float: roundToEven }),
  "stablehlo.rsqrt": transcendental((x) => 1 / Math.sqrt(x), complex.rsqrt),
  "stablehlo.sign": unary({ integer: integers.sign, float: Math.sign, complex: complex.sign }),
  "stablehlo.sine": transcendental(Math.sin, complex.sine),
  "stablehlo.sqrt": transcendental(Math.sqrt, complex.sqrt),
  "stablehlo.tan": transcendental(Math.tan, complex.tan),
  "stablehlo.tanh": transcendental(Math.tanh, complex.tanh),
} as const;
