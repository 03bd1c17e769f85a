/** @file Value cases of the elementwise ops. */
import { type ValueCase, valueCase } from "../value-case.js";

const none = {};

const unaryCases: readonly ValueCase[] = [
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

const binaryCases: readonly ValueCase[] = [
  valueCase("stablehlo.add", "wraps integers", {
    operands: ["3xi8: 127 -128 3", "3xi8: 1 -1 4"],
    attributes: none,
    expected: ["3xi8: -128 127 7"],
  }),
  valueCase("stablehlo.add", "keeps every bit of 64-bit integers", {
    operands: ["2xui64: 18446744073709551615 9007199254740993", "2xui64: 2 1"],
    attributes: none,
    expected: ["2xui64: 1 9007199254740994"],
  }),
  valueCase("stablehlo.add", "rounds to f32 after the op", {
    operands: ["2xf32: 16777216 0.1", "2xf32: 1 0.2"],
    attributes: none,
    expected: ["2xf32: 16777216 0.30000001192092896"],
  }),
  valueCase("stablehlo.add", "of bf16 takes ties to even", {
    operands: ["3xbf16: 256 256 256", "3xbf16: 1 3 2"],
    attributes: none,
    expected: ["3xbf16: 256 260 258"],
  }),
  valueCase("stablehlo.add", "of booleans is or", {
    operands: ["4xi1: 0 0 1 1", "4xi1: 0 1 0 1"],
    attributes: none,
    expected: ["4xi1: 0 1 1 1"],
  }),
  valueCase("stablehlo.and", "works on the bits", {
    operands: ["2xi4: 7 -1", "2xi4: 3 -8"],
    attributes: none,
    expected: ["2xi4: 3 -8"],
  }),
  valueCase("stablehlo.atan2", "is the angle of (rhs, lhs)", {
    operands: ["4xf64: 0 1 -1 0", "4xf64: 1 0 0 -1"],
    attributes: none,
    expected: ["4xf64: 0 1.5707963267948966 -1.5707963267948966 3.141592653589793"],
  }),
  valueCase("stablehlo.clamp", "limits to scalar bounds", {
    operands: ["i32: 0", "4xi32: -5 0 5 15", "i32: 10"],
    attributes: none,
    expected: ["4xi32: 0 0 5 10"],
  }),
  valueCase("stablehlo.compare", "finds NaN unequal to itself", {
    operands: ["3xf32: NaN 1 -0", "3xf32: NaN 2 0"],
    attributes: { comparison_direction: "EQ", compare_type: "FLOAT" },
    expected: ["3xi1: 0 0 1"],
  }),
  valueCase("stablehlo.compare", "orders all floats with TOTALORDER", {
    operands: ["4xf32: NaN -0 -inf 1", "4xf32: inf 0 -1 1"],
    attributes: { comparison_direction: "GT", compare_type: "TOTALORDER" },
    expected: ["4xi1: 1 0 0 0"],
  }),
  valueCase("stablehlo.compare", "knows unsigned integers", {
    operands: ["2xui8: 255 1", "2xui8: 1 255"],
    attributes: { comparison_direction: "LT", compare_type: "UNSIGNED" },
    expected: ["2xi1: 0 1"],
  }),
  valueCase("stablehlo.complex", "joins parts", {
    operands: ["2xf32: 1 2", "2xf32: 3 -4"],
    attributes: none,
    expected: ["2xcomplex<f32>: 1,3 2,-4"],
  }),
  valueCase("stablehlo.divide", "of integers rounds towards zero; by zero sets all bits", {
    operands: ["5xi32: 7 -7 7 5 -2147483648", "5xi32: 2 2 -2 0 -1"],
    attributes: none,
    expected: ["5xi32: 3 -3 -3 -1 -2147483648"],
  }),
  valueCase("stablehlo.divide", "of floats follows IEEE 754", {
    operands: ["4xf32: 1 -1 0 1", "4xf32: 0 0 0 3"],
    attributes: none,
    expected: ["4xf32: inf -inf NaN 0.3333333432674408"],
  }),
  valueCase("stablehlo.divide", "of complex numbers", {
    operands: ["2xcomplex<f64>: 1,2 4,0", "2xcomplex<f64>: 3,4 0,2"],
    attributes: none,
    expected: ["2xcomplex<f64>: 0.44,0.08 0,-2"],
  }),
  valueCase("stablehlo.maximum", "prefers NaN", {
    operands: ["3xf32: 1 NaN -0", "3xf32: 2 1 0"],
    attributes: none,
    expected: ["3xf32: 2 NaN 0"],
  }),
  valueCase("stablehlo.minimum", "of complex numbers looks at real parts first", {
    operands: ["2xcomplex<f32>: 1,5 1,5", "2xcomplex<f32>: 2,0 1,4"],
    attributes: none,
    expected: ["2xcomplex<f32>: 1,5 1,4"],
  }),
  valueCase("stablehlo.multiply", "wraps 32-bit integers exactly", {
    operands: ["2xi32: 2147483647 65537", "2xi32: 2147483647 65537"],
    attributes: none,
    expected: ["2xi32: 1 131073"],
  }),
  valueCase("stablehlo.multiply", "of complex numbers", {
    operands: ["1xcomplex<f32>: 1,2", "1xcomplex<f32>: 3,4"],
    attributes: none,
    expected: ["1xcomplex<f32>: -5,10"],
  }),
  valueCase("stablehlo.multiply", "of f8 overflows to infinity or NaN, as the type has it", {
    operands: ["2xf8E5M2: 57344 2", "2xf8E5M2: 2 1.25"],
    attributes: none,
    expected: ["2xf8E5M2: inf 2.5"],
  }),
  valueCase("stablehlo.or", "of booleans", {
    operands: ["4xi1: 0 0 1 1", "4xi1: 0 1 0 1"],
    attributes: none,
    expected: ["4xi1: 0 1 1 1"],
  }),
  valueCase("stablehlo.power", "of integers wraps; negative powers are 0 but for 1 and -1", {
    operands: ["5xi32: 3 2 -1 2 1", "5xi32: 4 33 -3 -1 -5"],
    attributes: none,
    expected: ["5xi32: 81 0 -1 0 1"],
  }),
  valueCase("stablehlo.power", "of 1 is 1 even to the power of NaN", {
    operands: ["4xf64: 1 -1 0 -2", "4xf64: NaN inf 0 3"],
    attributes: none,
    expected: ["4xf64: 1 1 1 -8"],
  }),
  valueCase("stablehlo.remainder", "has the sign of lhs; by zero it is lhs", {
    operands: ["4xi32: 7 -7 7 5", "4xi32: 3 3 -3 0"],
    attributes: none,
    expected: ["4xi32: 1 -1 1 5"],
  }),
  valueCase("stablehlo.remainder", "of floats is exact", {
    operands: ["3xf64: 5.5 -5.5 1", "3xf64: 2 2 0"],
    attributes: none,
    expected: ["3xf64: 1.5 -1.5 NaN"],
  }),
  valueCase("stablehlo.select", "takes each element where pred holds", {
    operands: ["2xi1: 1 0", "2xf32: 1 2", "2xf32: 3 4"],
    attributes: none,
    expected: ["2xf32: 1 4"],
  }),
  valueCase("stablehlo.select", "with a scalar pred takes all of one", {
    operands: ["i1: 0", "2xi64: 1 2", "2xi64: 3 4"],
    attributes: none,
    expected: ["2xi64: 3 4"],
  }),
  valueCase("stablehlo.shift_left", "by the width or more gives 0", {
    operands: ["4xi8: 1 -1 1 1", "4xi8: 3 1 8 -1"],
    attributes: none,
    expected: ["4xi8: 8 -2 0 0"],
  }),
  valueCase("stablehlo.shift_right_arithmetic", "keeps the sign, by any amount", {
    operands: ["4xi8: -128 64 -1 -2", "4xi8: 3 3 100 -1"],
    attributes: none,
    expected: ["4xi8: -16 8 -1 -1"],
  }),
  valueCase("stablehlo.shift_right_logical", "fills with zeros", {
    operands: ["3xi8: -128 64 -1", "3xi8: 3 3 8"],
    attributes: none,
    expected: ["3xi8: 16 8 0"],
  }),
  valueCase("stablehlo.subtract", "of unsigned integers wraps", {
    operands: ["2xui32: 0 5", "2xui32: 1 3"],
    attributes: none,
    expected: ["2xui32: 4294967295 2"],
  }),
  valueCase("stablehlo.xor", "works on the bits", {
    operands: ["2xui16: 65535 10", "2xui16: 255 10"],
    attributes: none,
    expected: ["2xui16: 65280 0"],
  }),
];

const convertCases: readonly ValueCase[] = [
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

export const elementwiseCases = [...unaryCases, ...binaryCases, ...convertCases];
