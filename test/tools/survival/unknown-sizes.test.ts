import { expect, test } from "vitest";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { program } from "../../ir/ops/cases/case.js";
import { askSizes, ofUnknownSizes } from "../../../tools/survival/unknown-sizes.js";

test("each size becomes one that is known at run time, on every axis that has it, and is asked for with the sum", () => {
  const text = program("%x: tensor<3x2x3xf32>", "  %0 = stablehlo.abs %x : tensor<3x2x3xf32>");
  const texts = [...ofUnknownSizes(text)];
  expect(texts.join("\n")).toMatchInlineSnapshot(`
    "func.func @main(%x_known: tensor<3x2x3xf32>) {
      %size = stablehlo.constant dense<0> : tensor<i32>
      %x_1 = stablehlo.set_dimension_size %x_known, %size, dim = 0 : (tensor<3x2x3xf32>, tensor<i32>) -> tensor<?x2x3xf32, #stablehlo.bounds<3, ?, ?>>
      %x = stablehlo.set_dimension_size %x_1, %size, dim = 2 : (tensor<?x2x3xf32, #stablehlo.bounds<3, ?, ?>>, tensor<i32>) -> tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>
      %0 = stablehlo.abs %x : tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>
      return
    }
    func.func @main(%x_known: tensor<3x2x3xf32>) {
      %size = stablehlo.constant dense<1> : tensor<i32>
      %x_1 = stablehlo.set_dimension_size %x_known, %size, dim = 0 : (tensor<3x2x3xf32>, tensor<i32>) -> tensor<?x2x3xf32, #stablehlo.bounds<3, ?, ?>>
      %x = stablehlo.set_dimension_size %x_1, %size, dim = 2 : (tensor<?x2x3xf32, #stablehlo.bounds<3, ?, ?>>, tensor<i32>) -> tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>
      %0 = stablehlo.abs %x : tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>
      return
    }
    func.func @main(%x_known: tensor<3x2x3xf32>) {
      %size = stablehlo.constant dense<0> : tensor<i32>
      %x = stablehlo.set_dimension_size %x_known, %size, dim = 1 : (tensor<3x2x3xf32>, tensor<i32>) -> tensor<3x?x3xf32, #stablehlo.bounds<?, 2, ?>>
      %0 = stablehlo.abs %x : tensor<3x?x3xf32, #stablehlo.bounds<?, 2, ?>>
      return
    }
    func.func @main(%x_known: tensor<3x2x3xf32>) {
      %size = stablehlo.constant dense<1> : tensor<i32>
      %x = stablehlo.set_dimension_size %x_known, %size, dim = 1 : (tensor<3x2x3xf32>, tensor<i32>) -> tensor<3x?x3xf32, #stablehlo.bounds<?, 2, ?>>
      %0 = stablehlo.abs %x : tensor<3x?x3xf32, #stablehlo.bounds<?, 2, ?>>
      return
    }"
  `);
  const module = parseModule(texts[1]!);
  askSizes(module);
  expect(printModule(module)).toMatchInlineSnapshot(`
    "module {
      func.func @main(%arg0: tensor<3x2x3xf32>) {
        %c = stablehlo.constant dense<1> : tensor<i32>
        %0 = stablehlo.set_dimension_size %arg0, %c, dim = 0 : (tensor<3x2x3xf32>, tensor<i32>) -> tensor<?x2x3xf32, #stablehlo.bounds<3, ?, ?>>
        %1 = stablehlo.set_dimension_size %0, %c, dim = 2 : (tensor<?x2x3xf32, #stablehlo.bounds<3, ?, ?>>, tensor<i32>) -> tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>
        %2 = stablehlo.abs %1 : tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>
        %3 = stablehlo.get_dimension_size %0, dim = 0 : (tensor<?x2x3xf32, #stablehlo.bounds<3, ?, ?>>) -> tensor<i32>
        %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
        %4 = stablehlo.reduce(%0 init: %cst) applies stablehlo.add across dimensions = [0] : (tensor<?x2x3xf32, #stablehlo.bounds<3, ?, ?>>, tensor<f32>) -> tensor<2x3xf32>
        %cst_0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
        %5 = stablehlo.reduce(%4 init: %cst_0) applies stablehlo.add across dimensions = [0] : (tensor<2x3xf32>, tensor<f32>) -> tensor<3xf32>
        %cst_1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
        %6 = stablehlo.reduce(%5 init: %cst_1) applies stablehlo.add across dimensions = [0] : (tensor<3xf32>, tensor<f32>) -> tensor<f32>
        %7 = stablehlo.get_dimension_size %1, dim = 0 : (tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>) -> tensor<i32>
        %8 = stablehlo.get_dimension_size %1, dim = 2 : (tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>) -> tensor<i32>
        %cst_2 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
        %9 = stablehlo.reduce(%1 init: %cst_2) applies stablehlo.add across dimensions = [0] : (tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>, tensor<f32>) -> tensor<2x?xf32, #stablehlo.bounds<?, 3>>
        %cst_3 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
        %10 = stablehlo.reduce(%9 init: %cst_3) applies stablehlo.add across dimensions = [0] : (tensor<2x?xf32, #stablehlo.bounds<?, 3>>, tensor<f32>) -> tensor<?xf32, #stablehlo.bounds<3>>
        %cst_4 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
        %11 = stablehlo.reduce(%10 init: %cst_4) applies stablehlo.add across dimensions = [0] : (tensor<?xf32, #stablehlo.bounds<3>>, tensor<f32>) -> tensor<f32>
        %12 = stablehlo.get_dimension_size %2, dim = 0 : (tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>) -> tensor<i32>
        %13 = stablehlo.get_dimension_size %2, dim = 2 : (tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>) -> tensor<i32>
        %cst_5 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
        %14 = stablehlo.reduce(%2 init: %cst_5) applies stablehlo.add across dimensions = [0] : (tensor<?x2x?xf32, #stablehlo.bounds<3, ?, 3>>, tensor<f32>) -> tensor<2x?xf32, #stablehlo.bounds<?, 3>>
        %cst_6 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
        %15 = stablehlo.reduce(%14 init: %cst_6) applies stablehlo.add across dimensions = [0] : (tensor<2x?xf32, #stablehlo.bounds<?, 3>>, tensor<f32>) -> tensor<?xf32, #stablehlo.bounds<3>>
        %cst_7 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
        %16 = stablehlo.reduce(%15 init: %cst_7) applies stablehlo.add across dimensions = [0] : (tensor<?xf32, #stablehlo.bounds<3>>, tensor<f32>) -> tensor<f32>
        return
      }
    }
    "
  `);
});
