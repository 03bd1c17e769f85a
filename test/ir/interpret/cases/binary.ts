/** @file Value cases of the elementwise ops on two operands or three. */
import { type ValueCase, valueCase } from "../value-case.js";

const none = {};

export const binaryCases: readonly ValueCase[] = [
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
