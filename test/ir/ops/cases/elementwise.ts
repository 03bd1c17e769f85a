import { type Family, family } from "./case.js";

const quantised = "!quant.uniform<i8:f32, 5.000000e-01>";
const perAxis = "!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>";

const binary = (name: string, element: string): Family =>
  family(
    `%a: tensor<2x${element}>, %b: tensor<2x${element}>`,
    `  %0 = "stablehlo.${name}"(%a, %b) : (tensor<2x${element}>, tensor<2x${element}>) -> tensor<2x${element}>`,
    [`${name}_c1`, [`%b: tensor<2x${element}>`, `%b: tensor<3x${element}>`], [", tensor<2x", ", tensor<3x"]],
    [
      `${name}_c1`,
      [`%b: tensor<2x${element}>`, "%b: tensor<2xui8>"],
      [`, tensor<2x${element}>)`, ", tensor<2xui8>)"],
    ],
    ["operands", ["(%a, %b) : (tensor", "(%a) : (tensor"], [`, tensor<2x${element}>)`, ")"]],
  );

export const elementwiseFamilies: readonly Family[] = [
  ...["and", "or", "xor", "shift_left", "shift_right_arithmetic", "shift_right_logical"].map((name) =>
    binary(name, "i32"),
  ),
  ...["divide", "maximum", "minimum", "multiply", "power", "remainder", "subtract"].map((name) =>
    binary(name, "i32"),
  ),
  family(
    "%a: tensor<2xf32>, %b: tensor<2xf32>",
    "  %0 = stablehlo.atan2 %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>",
    ["atan2_c1", ["%b: tensor<2xf32>", "%b: tensor<2xf64>"], [", tensor<2xf32>)", ", tensor<2xf64>)"]],
    ["operand_type", ["f32", "i32"]],
    ["result_type", ["-> tensor<2xf32>", "-> tensor<2xf16>"]],
  ),
  family(
    "%a: tensor<2xf32>, %b: tensor<2xf32>",
    "  %0 = stablehlo.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>",
    ["add_c1", ["%b: tensor<2xf32>", "%b: tensor<3xf32>"], [", tensor<2xf32>)", ", tensor<3xf32>)"]],
    ["add_c1", ["%b: tensor<2xf32>", "%b: tensor<2xi32>"], [", tensor<2xf32>)", ", tensor<2xi32>)"]],
    ["result_type", ["-> tensor<2xf32>", "-> tensor<2x1xf32>"]],
    ["result_type", ["-> tensor<2xf32>", "-> ()"], ["%0 = ", ""]],
  ),
  family(
    `%a: tensor<2x${quantised}>, %b: tensor<2x${perAxis}>`,
    `  %0 = stablehlo.add %a, %b : (tensor<2x${quantised}>, tensor<2x${perAxis}>) -> tensor<2x${perAxis}>`,
    ["add_c2", [quantised, "f32"]],
    ["add_c3", [quantised, "!quant.uniform<i4:f32, 5.000000e-01>"]],
    ["add_c4", [quantised, "!quant.uniform<i8:f16, 5.000000e-01>"]],
    ["add_c5", [`-> tensor<2x${perAxis}>`, `-> tensor<2x${quantised}>`]],
    [
      "add_c7",
      ["tensor<2x", "tensor<2x2x"],
      [`-> tensor<2x2x${perAxis}>`, `-> tensor<2x2x${perAxis.replace("f32:0", "f32:1")}>`],
    ],
    [
      "add_c6",
      [`%a: tensor<2x${quantised}>`, `%a: tensor<2x${perAxis.replace("f32:0", "f32:1")}>`],
      [`(tensor<2x${quantised}>`, `(tensor<2x${perAxis.replace("f32:0", "f32:1")}>`],
      ["tensor<2x", "tensor<2x2x"],
    ],
  ),
  family(
    "%a: tensor<2xf32>, %b: tensor<2xf32>",
    "  %0 = stablehlo.compare LT, %a, %b, FLOAT : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>",
    ["compare_c1", ["%b: tensor<2xf32>", "%b: tensor<2xi32>"], [", tensor<2xf32>)", ", tensor<2xi32>)"]],
    ["compare_c2", ["%b: tensor<2xf32>", "%b: tensor<3xf32>"], [", tensor<2xf32>)", ", tensor<3xf32>)"]],
    ["result_type", ["-> tensor<2xi1>", "-> tensor<2xf32>"]],
  ),
  family(
    "%p: tensor<2xi1>, %a: tensor<2xf32>, %b: tensor<2xf32>",
    "  %0 = stablehlo.select %p, %a, %b : (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>",
    ["select_c1", ["tensor<2xi1>", "tensor<3xi1>"]],
    ["select_c2", ["%b: tensor<2xf32>", "%b: tensor<2xf16>"], [", tensor<2xf32>) ->", ", tensor<2xf16>) ->"]],
    ["select_c2", ["%b: tensor<2xf32>", "%b: tensor<3xf32>"], [", tensor<2xf32>) ->", ", tensor<3xf32>) ->"]],
    ["operand_type", ["tensor<2xi1>", "tensor<2xi32>"]],
  ),
  family(
    "%lo: tensor<f32>, %x: tensor<2xf32>, %hi: tensor<2xf32>",
    "  %0 = stablehlo.clamp %lo, %x, %hi : (tensor<f32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>",
    ["clamp_c1", ["tensor<f32>", "tensor<1xf32>"]],
    ["clamp_c2", ["%hi: tensor<2xf32>", "%hi: tensor<1xf32>"], ["tensor<2xf32>) ->", "tensor<1xf32>) ->"]],
    ["clamp_c3", ["tensor<f32>", "tensor<f16>"]],
  ),
  family(
    "%re: tensor<2xf32>, %im: tensor<2xf32>",
    "  %0 = stablehlo.complex %re, %im : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xcomplex<f32>>",
    ["complex_i1", ["tensor<2xf32>", "tensor<2xf16>"]],
    ["complex_c1", ["%im: tensor<2xf32>", "%im: tensor<2xf64>"], [", tensor<2xf32>)", ", tensor<2xf64>)"]],
    ["result_type", ["complex<f32>", "complex<f64>"]],
  ),
  family(
    "%x: tensor<2xf32>",
    '  %0 = "stablehlo.reduce_precision"(%x) <{exponent_bits = 8 : i32, mantissa_bits = 7 : i32}> : (tensor<2xf32>) -> tensor<2xf32>',
    ["reduce_precision_c2", ["exponent_bits = 8", "exponent_bits = 0"]],
    ["reduce_precision_c3", ["mantissa_bits = 7", "mantissa_bits = -1"]],
    ["attribute", ["exponent_bits = 8 : i32, ", ""]],
  ),
  family(
    "%x: tensor<2xf32>",
    '  %0 = "stablehlo.exponential"(%x) <{result_accuracy = #stablehlo.result_accuracy<ulps = 2, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>}> : (tensor<2xf32>) -> tensor<2xf32>',
    ["result_accuracy", ["ulps = 2", "ulps = -2"]],
    ["result_accuracy", ["TOLERANCE", "HIGHEST"]],
    ["result_type", ["-> tensor<2xf32>", "-> tensor<2xf16>"]],
  ),
  family(
    "%x: tensor<2xf32>",
    "  %0 = stablehlo.convert %x : (tensor<2xf32>) -> tensor<2xi8>",
    ["convert_c1", ["tensor<2xi8>", "tensor<3xi8>"]],
    ["convert_result", ["tensor<2xi8>", `tensor<2x${quantised}>`]],
  ),
  family(
    "%x: tensor<2xcomplex<f32>>",
    "  %0 = stablehlo.real %x : (tensor<2xcomplex<f32>>) -> tensor<2xf32>\n  %1 = stablehlo.abs %x : (tensor<2xcomplex<f32>>) -> tensor<2xf32>",
    ["result_type", ["-> tensor<2xf32>", "-> tensor<2xcomplex<f32>>"]],
  ),
  family(
    `%x: tensor<2xf32>`,
    `  %0 = stablehlo.uniform_quantize %x : (tensor<2xf32>) -> tensor<2x${quantised}>
  %1 = stablehlo.uniform_dequantize %0 : (tensor<2x${quantised}>) -> tensor<2xf32>`,
    [
      "uniform_quantize_c1",
      [`-> tensor<2x${quantised}>`, `-> tensor<3x${quantised}>`],
      [`%0 : (tensor<2x`, `%0 : (tensor<3x`],
      ["-> tensor<2xf32>", "-> tensor<3xf32>"],
    ],
    ["uniform_quantize_c2", ["i8:f32", "i8:f16"]],
    ["result_type", ["-> tensor<2xf32>", "-> tensor<2xf64>"]],
  ),
];
