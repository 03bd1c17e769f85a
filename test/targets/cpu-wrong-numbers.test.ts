/** What XLA's CPU compiler, or all of XLA, computes other numbers of, without an error, and its nearest relatives, which it computes as they are meant. */
import { expect, test } from "vitest";
import { verdict } from "./verdict.js";

const narrowScatter = (type: string, size: number): readonly [string, string] => [
  `%x: tensor<${size}xf32>, %i: tensor<1x${type}>, %u: tensor<2xf32>`,
  `%0 = "stablehlo.scatter"(%x, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [0], scatter_dims_to_operand_dims = [0]>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    stablehlo.return %b : tensor<f32>
  }) : (tensor<${size}xf32>, tensor<1x${type}>, tensor<2xf32>) -> tensor<${size}xf32>`,
];

const constantSlice = (type: string, index: number): readonly [string, string] => [
  "%x: tensor<300xf32>",
  `%i = stablehlo.constant dense<${index}> : tensor<${type}>
  %0 = stablehlo.dynamic_slice %x, %i, sizes = [2] : (tensor<300xf32>, tensor<${type}>) -> tensor<2xf32>`,
];

const randomBits = (type: string): readonly [string, string] => [
  "%s: tensor<2xui64>",
  `%0, %1 = stablehlo.rng_bit_generator %s, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4x${type}>)`,
];

test.each<readonly [constraint: string, parameters: string, operations: string]>([
  [
    "wrong_convert_f4",
    "%a: tensor<2xf4E2M1FN>",
    "%0 = stablehlo.convert %a : (tensor<2xf4E2M1FN>) -> tensor<2xi8>",
  ],
  ["accepted", "%a: tensor<2xf4E2M1FN>", "%0 = stablehlo.convert %a : (tensor<2xf4E2M1FN>) -> tensor<2xf32>"],
  ["wrong_scatter_narrow", ...narrowScatter("i8", 130)],
  ["accepted", ...narrowScatter("i8", 129)],
  ["wrong_scatter_narrow", ...narrowScatter("ui8", 258)],
  ["accepted", ...narrowScatter("ui8", 257)],
  ["accepted", ...narrowScatter("i16", 258)],
  ["wrong_index_unsigned", ...constantSlice("ui8", 200)],
  ["accepted", ...constantSlice("ui8", 127)],
  ["wrong_index_unsigned", ...constantSlice("ui4", 12)],
  ["accepted", ...constantSlice("ui4", 7)],
  ["accepted", ...constantSlice("i16", 200)],
  ["wrong_random_bits", ...randomBits("i32")],
  ["wrong_random_bits", ...randomBits("f8E5M2")],
  ["accepted", ...randomBits("ui8")],
])("%s: %s %s", (constraint, parameters, operations) => {
  expect(verdict(parameters, operations)).toBe(constraint);
});
