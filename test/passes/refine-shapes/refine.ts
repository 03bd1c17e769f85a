/** @file For tests: programs of unknown sizes, refined for given inputs as text. */
import { DYNAMIC, tensorType, type Type } from "../../../src/ir/types.js";
import { run } from "../text.js";

/** What `refine-shapes` makes of a program for these inputs. */
export const refine = (text: string, inputs: string): string =>
  run(`refine-shapes{inputs="${inputs}"}`, text);

/** @main of one operation on %x and lists of integers, given the types of both sides. */
export const program = (signature: string, body: string, result: string): string => `
func.func @main(${signature}) -> ${result} {
${body}
  return %r : ${result}
}`;

/** A constant list of integers, as a line of a body. */
export const sizes = (name: string, ...numbers: readonly number[]): string =>
  `  %${name} = stablehlo.constant dense<[${numbers.join(", ")}]> : tensor<${numbers.length}xi64>\n`;

/** The means of two lists, added: one function that is called with two shapes. */
export const twoShapes = `
func.func @main(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<f32> {
  %0 = call @mean(%x) : (tensor<?xf32>) -> tensor<f32>
  %1 = call @mean(%y) : (tensor<?xf32>) -> tensor<f32>
  %2 = stablehlo.add %0, %1 : tensor<f32>
  return %2 : tensor<f32>
}
func.func private @mean(%x: tensor<?xf32>) -> tensor<f32> {
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %0 = stablehlo.reduce(%x init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<?xf32>, tensor<f32>) -> tensor<f32>
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
  %1 = stablehlo.convert %n : (tensor<i32>) -> tensor<f32>
  %2 = stablehlo.divide %0, %1 : tensor<f32>
  return %2 : tensor<f32>
}`;

/** The type without its sizes, whose number stays. */
export const forget = (type: Type): Type =>
  type.kind === "tensor" && type.element !== "index"
    ? tensorType(
        type.shape.map(() => DYNAMIC),
        type.element,
      )
    : type;
