import { describe } from "vitest";
import { constant, f, i, main, returns, testRewrites } from "./programs.js";

describe("a rewrite", () => {
  testRewrites([
    [
      "slice of the whole is the operand",
      main(
        "%x: tensor<3x4xf32>",
        "tensor<3x4xf32>",
        "%r = stablehlo.slice %x [0:3, 0:4] : (tensor<3x4xf32>) -> tensor<3x4xf32>",
      ),
      returns("%x: tensor<3x4xf32>", "tensor<3x4xf32>", "%x"),
    ],
    [
      "slice of slice is one slice, strides multiplied",
      main(
        "%x: tensor<20xf32>",
        "tensor<3xf32>",
        "%0 = stablehlo.slice %x [2:20:2] : (tensor<20xf32>) -> tensor<9xf32>",
        "%r = stablehlo.slice %0 [1:8:3] : (tensor<9xf32>) -> tensor<3xf32>",
      ),
      main(
        "%x: tensor<20xf32>",
        "tensor<3xf32>",
        "%r = stablehlo.slice %x [4:17:6] : (tensor<20xf32>) -> tensor<3xf32>",
      ),
    ],
    [
      "slice of one part of a concatenation is a slice of the part",
      main(
        "%x: tensor<2x3xf32>, %y: tensor<2x4xf32>",
        "tensor<2x2xf32>",
        "%0 = stablehlo.concatenate %x, %y, dim = 1 : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x7xf32>",
        "%r = stablehlo.slice %0 [0:2, 4:6] : (tensor<2x7xf32>) -> tensor<2x2xf32>",
      ),
      main(
        "%x: tensor<2x3xf32>, %y: tensor<2x4xf32>",
        "tensor<2x2xf32>",
        "%r = stablehlo.slice %y [0:2, 1:3] : (tensor<2x4xf32>) -> tensor<2x2xf32>",
      ),
    ],
    [
      "slice across two parts stays",
      main(
        "%x: tensor<3xf32>, %y: tensor<4xf32>",
        "tensor<2xf32>",
        "%0 = stablehlo.concatenate %x, %y, dim = 0 : (tensor<3xf32>, tensor<4xf32>) -> tensor<7xf32>",
        "%r = stablehlo.slice %0 [2:4] : (tensor<7xf32>) -> tensor<2xf32>",
      ),
      undefined,
    ],
    [
      "concatenation flattens, and drops empty parts and itself",
      main(
        "%x: tensor<3xf32>, %y: tensor<0xf32>",
        "tensor<3xf32>",
        "%0 = stablehlo.concatenate %x, %y, dim = 0 : (tensor<3xf32>, tensor<0xf32>) -> tensor<3xf32>",
        "%r = stablehlo.concatenate %0, dim = 0 : (tensor<3xf32>) -> tensor<3xf32>",
      ),
      returns("%x: tensor<3xf32>, %y: tensor<0xf32>", "tensor<3xf32>", "%x"),
    ],
    [
      "pad by nothing is the operand",
      main(
        "%x: tensor<3xf32>, %v: tensor<f32>",
        "tensor<3xf32>",
        "%r = stablehlo.pad %x, %v, low = [0], high = [0], interior = [0] : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>",
      ),
      returns("%x: tensor<3xf32>, %v: tensor<f32>", "tensor<3xf32>", "%x"),
    ],
    [
      "dynamic_slice at a constant is a slice, moved inside when it sticks out",
      main(
        "%x: tensor<8xf32>",
        "tensor<3xf32>",
        constant("c", "7", "tensor<i32>"),
        "%r = stablehlo.dynamic_slice %x, %c, sizes = [3] : (tensor<8xf32>, tensor<i32>) -> tensor<3xf32>",
      ),
      main(
        "%x: tensor<8xf32>",
        "tensor<3xf32>",
        "%r = stablehlo.slice %x [5:8] : (tensor<8xf32>) -> tensor<3xf32>",
      ),
    ],
    [
      "dynamic_slice of a whole axis does not ask where",
      main(
        "%x: tensor<8xf32>, %i: tensor<i32>",
        "tensor<8xf32>",
        "%r = stablehlo.dynamic_slice %x, %i, sizes = [8] : (tensor<8xf32>, tensor<i32>) -> tensor<8xf32>",
      ),
      returns("%x: tensor<8xf32>, %i: tensor<i32>", "tensor<8xf32>", "%x"),
    ],
    [
      "dynamic_update_slice of the whole is the update",
      main(
        "%x: tensor<8xf32>, %y: tensor<8xf32>, %i: tensor<i32>",
        "tensor<8xf32>",
        "%r = stablehlo.dynamic_update_slice %x, %y, %i : (tensor<8xf32>, tensor<8xf32>, tensor<i32>) -> tensor<8xf32>",
      ),
      returns("%x: tensor<8xf32>, %y: tensor<8xf32>, %i: tensor<i32>", "tensor<8xf32>", "%y"),
    ],
    [
      "get_tuple_element of tuple is the element",
      main(
        `%x: ${f}, %y: ${i}`,
        i,
        `%0 = stablehlo.tuple %x, %y : tuple<${f}, ${i}>`,
        `%r = stablehlo.get_tuple_element %0[1] : (tuple<${f}, ${i}>) -> ${i}`,
      ),
      returns(`%x: ${f}, %y: ${i}`, i, "%y"),
    ],
  ]);
});
