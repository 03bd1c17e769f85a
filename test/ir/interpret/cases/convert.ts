/** @file Value cases of the ops that change element types. */
import { type ValueCase, valueCase } from "../value-case.js";

const none = {};

export const convertCases: readonly ValueCase[] = [
  valueCase("stablehlo.convert", "to integers truncates and saturates; NaN becomes 0", {
    operands: ["6xf32: 1.9 -1.9 300 -300 NaN -inf"],
    attributes: none,
    results: ["6xi8"],
    expected: ["6xi8: 1 -1 127 -128 0 -128"],
  }),
  valueCase("stablehlo.convert", "between integers wraps", {
    operands: ["3xi32: 300 -1 128"],
    attributes: none,
    results: ["3xui8"],
    expected: ["3xui8: 44 255 128"],
  }),
  valueCase("stablehlo.convert", "to i1 asks for any number but 0", {
    operands: ["4xf32: 0 -0 0.5 NaN"],
    attributes: none,
    results: ["4xi1"],
    expected: ["4xi1: 0 0 1 1"],
  }),
  valueCase("stablehlo.convert", "from 64-bit integers rounds once", {
    // 2^54 + 2^30 + 1: rounding to f64 first would make a tie of it; the f32 is 2^54 + 2^31.
    operands: ["1xi64: 18014399583223809"],
    attributes: none,
    results: ["1xf32"],
    expected: ["1xf32: 18014400656965630"],
  }),
  valueCase("stablehlo.convert", "from complex drops imaginary parts", {
    operands: ["2xcomplex<f32>: 1,2 -3,4"],
    attributes: none,
    results: ["2xf64"],
    expected: ["2xf64: 1 -3"],
  }),
  valueCase("stablehlo.convert", "rounds f64 to f16 once, and overflows", {
    operands: ["3xf64: 0.1 65520 -0"],
    attributes: none,
    results: ["3xf16"],
    expected: ["3xf16: 0.0999755859375 inf -0"],
  }),
  valueCase("stablehlo.bitcast_convert", "shows the bits of a float", {
    operands: ["2xf32: 1 -0"],
    attributes: none,
    results: ["2xi32"],
    expected: ["2xi32: 1065353216 -2147483648"],
  }),
  valueCase("stablehlo.bitcast_convert", "splits into a last dimension, low bits first", {
    operands: ["1xui16: 4660"],
    attributes: none,
    results: ["1x4xui4"],
    expected: ["1x4xui4: 4 3 2 1"],
  }),
  valueCase("stablehlo.bitcast_convert", "joins a last dimension", {
    operands: ["2x2xi4: -1 7 0 -8"],
    attributes: none,
    results: ["2xi8"],
    expected: ["2xi8: 127 -128"],
  }),
  valueCase("stablehlo.bitcast_convert", "reads signs in integers of less than a byte", {
    operands: ["1xui4: 15"],
    attributes: none,
    results: ["1xi4"],
    expected: ["1xi4: -1"],
  }),
  valueCase("stablehlo.reduce_precision", "keeps numbers below the normal ones when the range stays", {
    operands: ["2xf32: 1e-40 4e-45"],
    attributes: { exponent_bits: 8, mantissa_bits: 21 },
    // Of steps of 2^-149 every fourth is left: 71362 becomes 71360, 3 becomes 4.
    expected: ["2xf32: 9.999665841421895e-41 5.605193857299268e-45"],
  }),
  valueCase("stablehlo.reduce_precision", "rounds up into the normal numbers before it looks at the range", {
    operands: ["2xf32: 0.000061027706 0.00006085"],
    attributes: { exponent_bits: 5, mantissa_bits: 7 },
    expected: ["2xf32: 0.00006103515625 0"],
  }),
  valueCase(
    "stablehlo.reduce_precision",
    "without digits makes ties the number whose exponent is even as it is stored",
    {
      // Between 0.5, stored as 126, and 1; between 1, stored as 127, and 2; then beside both ties.
      operands: ["6xf32: 0.75 -0.75 1.5 -1.5 0.7500001 1.4999999"],
      attributes: { exponent_bits: 4, mantissa_bits: 0 },
      expected: ["6xf32: 0.5 -0.5 2 -2 1 1"],
    },
  ),
  valueCase("stablehlo.convert", "to powers of two has none for 0 and what is negative", {
    operands: ["5xf32: 0 -0 -1 1e-40 1.5"],
    attributes: none,
    results: ["5xf8E8M0FNU"],
    expected: ["5xf8E8M0FNU: NaN NaN NaN 5.877471754111438e-39 2"],
  }),
  valueCase("stablehlo.multiply", "of complex<f32> rounds each step", {
    // 1.0000001192092896^2 - 1 is 2.384185791015625e-7 and a rest that f32 has no room for.
    operands: ["1xcomplex<f32>: 1.0000001192092896,1", "1xcomplex<f32>: 1.0000001192092896,1"],
    attributes: none,
    expected: ["1xcomplex<f32>: 2.384185791015625e-7,2.000000238418579"],
  }),
  valueCase("stablehlo.reduce_precision", "rounds to the format; below its normal numbers is 0", {
    operands: ["4xf32: 1.00390625 65535 1e-8 -1e-8"],
    attributes: { exponent_bits: 5, mantissa_bits: 7 },
    expected: ["4xf32: 1 inf 0 -0"],
  }),
];
