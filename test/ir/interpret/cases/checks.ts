/** @file Cases of the ops that check results: whole programs, and what their checks say. */
import type { OpName } from "../../../../src/ir/ops/index.js";

export interface CheckCase {
  readonly op: OpName;
  readonly title: string;
  /** The body of a function without inputs. */
  readonly body: string;
  readonly passed: number;
  /** Texts of the failures. */
  readonly failures: readonly string[];
}

const target = (name: string, type: string): string =>
  `stablehlo.custom_call @check.${name}(%x, %y) {has_side_effect = true} : (${type}, ${type}) -> ()`;

const constants = (type: string, x: string, y: string): string => `
  %x = stablehlo.constant dense<${x}> : ${type}
  %y = stablehlo.constant dense<${y}> : ${type}`;

export const checkCases: readonly CheckCase[] = [
  {
    op: "check.expect_eq_const",
    title: "passes for equal values, zeros of both signs among them",
    body: `
      %x = stablehlo.constant dense<[1.0, -0.0]> : tensor<2xf32>
      check.expect_eq_const %x, dense<[1.0, 0.0]> : tensor<2xf32>`,
    passed: 1,
    failures: [],
  },
  {
    op: "check.expect_eq_const",
    title: "says which element differs",
    body: `
      %x = stablehlo.constant dense<[1, 2, 3]> : tensor<3xi32>
      check.expect_eq_const %x, dense<[1, 5, 4]> : tensor<3xi32>`,
    passed: 0,
    failures: ["check.expect_eq_const: 2 of 3 differ; element 1 is 2, expected 5"],
  },
  {
    op: "check.expect_eq",
    title: "compares two values, part by part of complex numbers",
    body: `${constants("tensor<1xcomplex<f32>>", "(1.0, 2.0)", "(1.0, 3.0)")}
      check.expect_eq %x, %y : tensor<1xcomplex<f32>>`,
    passed: 0,
    failures: ["check.expect_eq: 1 of 2 differ; element 0 (imaginary part) is 2, expected 3"],
  },
  {
    op: "check.expect_almost_eq",
    title: "allows 1e-4 when no tolerance is given",
    body: `${constants("tensor<2xf64>", "[1.0, 0x7FF0000000000000]", "[1.00009, 0x7FF0000000000000]")}
      check.expect_almost_eq %x, %y : tensor<2xf64>`,
    passed: 1,
    failures: [],
  },
  {
    op: "check.expect_almost_eq_const",
    title: "allows the tolerance given, and no more",
    body: `
      %x = stablehlo.constant dense<1.0> : tensor<f64>
      check.expect_almost_eq_const %x, dense<1.5> : tensor<f64>, tolerance = 0.5 : f64
      check.expect_almost_eq_const %x, dense<1.5> : tensor<f64>, tolerance = 0.25 : f64`,
    passed: 1,
    failures: ["check.expect_almost_eq_const: 1 of 1 differ; element 0 is 1, expected 1.5 (tolerance 0.25)"],
  },
  {
    op: "check.expect_close",
    title: "counts the floats between, through zero too",
    body: `${constants("tensor<2xf32>", "[0x00000001, 0x7FC00000]", "[0x80000001, 0x7FC00000]")}
      check.expect_close %x, %y, max_ulp_difference = 2 : tensor<2xf32>, tensor<2xf32>
      check.expect_close %x, %y, max_ulp_difference = 1 : tensor<2xf32>, tensor<2xf32>`,
    passed: 1,
    failures: [
      "check.expect_close: element 0 is 1.401298464324817e-45, expected -1.401298464324817e-45: 2 ULP apart, allowed 0 to 1",
    ],
  },
  {
    op: "check.expect_close",
    title: "finds a NaN infinitely far from any number",
    body: `${constants("tensor<1xf32>", "0x7FC00000", "1.0")}
      check.expect_close %x, %y, max_ulp_difference = 2 : tensor<1xf32>, tensor<1xf32>`,
    passed: 0,
    failures: ["check.expect_close: element 0 is NaN, expected 1: Infinity ULP apart, allowed 0 to 2"],
  },
  {
    op: "stablehlo.custom_call",
    title: "of a check allows 3 ULP for expect_close",
    body: `${constants("tensor<1xf32>", "0x3F800003", "1.0")}
      ${target("expect_close", "tensor<1xf32>")}`,
    passed: 1,
    failures: [],
  },
  {
    op: "stablehlo.custom_call",
    title: "of a check allows nothing for expect_eq, and 1e-4 for expect_almost_eq",
    body: `${constants("tensor<1xf32>", "1.00005", "1.0")}
      ${target("expect_almost_eq", "tensor<1xf32>")}
      ${target("expect_eq", "tensor<1xf32>")}`,
    passed: 1,
    failures: ["stablehlo.custom_call: 1 of 1 differ; element 0 is 1.0000499486923218, expected 1"],
  },
  {
    op: "interpreter.print",
    title: "changes nothing where nobody listens",
    body: `
      %x = stablehlo.constant dense<[1, 2]> : tensor<2xi32>
      interpreter.print %x : tensor<2xi32>
      check.expect_eq_const %x, dense<[1, 2]> : tensor<2xi32>`,
    passed: 1,
    failures: [],
  },
];
