/** @file Value cases of the elementwise ops on one operand. */
import { type ValueCase, valueCase } from "../value-case.js";

const none = {};

export const unaryCases: readonly ValueCase[] = [
  valueCase("stablehlo.abs", "integers wrap at the smallest one", {
    operands: ["3xi8: -128 -3 4"],
    attributes: none,
    expected: ["3xi8: -128 3 4"],
  }),
  valueCase("stablehlo.abs", "clears the sign of floats", {
    operands: ["4xf32: -1.5 -0 -inf NaN"],
    attributes: none,
    expected: ["4xf32: 1.5 0 inf NaN"],
  }),
  valueCase("stablehlo.abs", "of a complex number is its length", {
    operands: ["2xcomplex<f32>: 3,4 -5,12"],
    attributes: none,
    expected: ["2xf32: 5 13"],
  }),
  valueCase("stablehlo.cbrt", "takes cube roots, of negative numbers too", {
    operands: ["4xf64: 0 1 -8 27"],
    attributes: none,
    expected: ["4xf64: 0 1 -2 3"],
  }),
  valueCase("stablehlo.ceil", "rounds up", {
    operands: ["4xf32: -2.5 0 0.5 3.99"],
    attributes: none,
    expected: ["4xf32: -2 0 1 4"],
  }),
  valueCase("stablehlo.cosine", "of 0 and 1", {
    operands: ["2xf64: 0 1"],
    attributes: none,
    expected: ["2xf64: 1 0.5403023058681398"],
  }),
  valueCase("stablehlo.count_leading_zeros", "counts within the width of the type", {
    operands: ["4xi8: 0 1 127 -1"],
    attributes: none,
    expected: ["4xi8: 8 7 1 0"],
  }),
  valueCase("stablehlo.exponential", "is rounded to f32", {
    operands: ["4xf32: 0 1 -inf 89"],
    attributes: none,
    expected: ["4xf32: 1 2.7182817459106445 0 inf"],
  }),
  valueCase("stablehlo.exponential", "of complex numbers turns by the imaginary part", {
    operands: ["2xcomplex<f64>: 0,0 1,2"],
    attributes: none,
    expected: ["2xcomplex<f64>: 1,0 -1.1312043837568135,2.4717266720048188"],
  }),
  valueCase("stablehlo.exponential_minus_one", "keeps small numbers", {
    operands: ["2xf64: 0 1e-10"],
    attributes: none,
    expected: ["2xf64: 0 1.00000000005e-10"],
  }),
  valueCase("stablehlo.floor", "rounds down", {
    operands: ["4xbf16: -2.5 0 0.5 3.5"],
    attributes: none,
    expected: ["4xbf16: -3 0 0 3"],
  }),
  valueCase("stablehlo.imag", "takes imaginary parts", {
    operands: ["2xcomplex<f32>: 1,2 3,-4"],
    attributes: none,
    expected: ["2xf32: 2 -4"],
  }),
  valueCase("stablehlo.is_finite", "is neither infinite nor NaN", {
    operands: ["4xf16: 65504 inf -inf NaN"],
    attributes: none,
    expected: ["4xi1: 1 0 0 0"],
  }),
  valueCase("stablehlo.log", "of negative numbers is NaN", {
    operands: ["4xf64: 1 0 -1 2"],
    attributes: none,
    expected: ["4xf64: 0 -inf NaN 0.6931471805599453"],
  }),
  valueCase("stablehlo.log_plus_one", "keeps small numbers", {
    operands: ["2xf64: 1e-20 1"],
    attributes: none,
    expected: ["2xf64: 1e-20 0.6931471805599453"],
  }),
  valueCase("stablehlo.logistic", "saturates without NaN", {
    operands: ["3xf32: 0 100 -1000"],
    attributes: none,
    expected: ["3xf32: 0.5 1 0"],
  }),
  valueCase("stablehlo.negate", "of unsigned integers wraps", {
    operands: ["3xui8: 0 1 255"],
    attributes: none,
    expected: ["3xui8: 0 255 1"],
  }),
  valueCase("stablehlo.not", "turns bits over, and truth values", {
    operands: ["2xi1: 1 0"],
    attributes: none,
    expected: ["2xi1: 0 1"],
  }),
  valueCase("stablehlo.not", "turns every bit of an integer over", {
    operands: ["2xui4: 0 5"],
    attributes: none,
    expected: ["2xui4: 15 10"],
  }),
  valueCase("stablehlo.popcnt", "counts ones, of negative numbers in two's complement", {
    operands: ["3xi64: 0 127 -1"],
    attributes: none,
    expected: ["3xi64: 0 7 64"],
  }),
  valueCase("stablehlo.real", "takes real parts", {
    operands: ["2xcomplex<f64>: 1,2 3,-4"],
    attributes: none,
    expected: ["2xf64: 1 3"],
  }),
  valueCase("stablehlo.round_nearest_afz", "takes ties away from zero", {
    operands: ["6xf64: -2.5 -0.5 0.49999999999999994 0.5 2.5 inf"],
    attributes: none,
    expected: ["6xf64: -3 -1 0 1 3 inf"],
  }),
  valueCase("stablehlo.round_nearest_even", "takes ties to even", {
    operands: ["6xf32: -2.5 -0.5 0.5 1.5 2.5 -inf"],
    attributes: none,
    expected: ["6xf32: -2 -0 0 2 2 -inf"],
  }),
  valueCase("stablehlo.rsqrt", "is infinite at zero", {
    operands: ["3xf32: 4 0 -1"],
    attributes: none,
    expected: ["3xf32: 0.5 inf NaN"],
  }),
  valueCase("stablehlo.sign", "keeps zeros and NaN", {
    operands: ["4xf32: -3 -0 NaN inf"],
    attributes: none,
    expected: ["4xf32: -1 -0 NaN 1"],
  }),
  valueCase("stablehlo.sign", "of integers is -1, 0 or 1", {
    operands: ["3xi32: -7 0 9"],
    attributes: none,
    expected: ["3xi32: -1 0 1"],
  }),
  valueCase("stablehlo.sine", "of 0 and 1", {
    operands: ["2xf64: 0 1"],
    attributes: none,
    expected: ["2xf64: 0 0.8414709848078965"],
  }),
  valueCase("stablehlo.sqrt", "of negative numbers is NaN", {
    operands: ["3xf32: 9 -0 -1"],
    attributes: none,
    expected: ["3xf32: 3 -0 NaN"],
  }),
  valueCase("stablehlo.sqrt", "of complex numbers has no negative real part", {
    operands: ["4xcomplex<f64>: 3,4 -1,0 -1,-0 0,0"],
    attributes: none,
    expected: ["4xcomplex<f64>: 2,1 0,1 0,-1 0,0"],
  }),
  valueCase("stablehlo.sqrt", "of complex numbers neither overflows nor loses infinities", {
    operands: ["4xcomplex<f64>: 3e307,4e307 inf,-1 -inf,1 NaN,1"],
    attributes: none,
    expected: ["4xcomplex<f64>: 6.3245553203367585e+153,3.1622776601683792e+153 inf,-0 0,inf NaN,NaN"],
  }),
  valueCase("stablehlo.log", "of complex numbers is exact near the unit circle", {
    // 0.6 and 0.8 are not exact: their squares add up to 1 + 4.44e-17.
    operands: ["1xcomplex<f64>: 0.6,0.8"],
    attributes: none,
    expected: ["1xcomplex<f64>: 2.2204460492503132e-17,0.9272952180016123"],
  }),
  valueCase("stablehlo.tan", "of 0 and 1", {
    operands: ["2xf64: 0 1"],
    attributes: none,
    expected: ["2xf64: 0 1.5574077246549023"],
  }),
  valueCase("stablehlo.tanh", "is 1 far out", {
    operands: ["3xf64: 0 1 400"],
    attributes: none,
    expected: ["3xf64: 0 0.7615941559557649 1"],
  }),
];
