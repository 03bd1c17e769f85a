import { describe } from "vitest";
import { main, returns, testRewrites } from "./programs.js";

describe("a rewrite", () => {
  testRewrites([
    [
      "reshape of reshape is one reshape, none when it comes back",
      main(
        "%x: tensor<2x6xf32>",
        "tensor<2x6xf32>",
        "%0 = stablehlo.reshape %x : (tensor<2x6xf32>) -> tensor<12xf32>",
        "%1 = stablehlo.reshape %0 : (tensor<12xf32>) -> tensor<3x4xf32>",
        "%r = stablehlo.reshape %1 : (tensor<3x4xf32>) -> tensor<2x6xf32>",
      ),
      returns("%x: tensor<2x6xf32>", "tensor<2x6xf32>", "%x"),
    ],
    [
      "transpose of transpose is one transpose",
      main(
        "%x: tensor<2x3x4xf32>",
        "tensor<4x2x3xf32>",
        "%0 = stablehlo.transpose %x, dims = [1, 2, 0] : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>",
        "%r = stablehlo.transpose %0, dims = [1, 2, 0] : (tensor<3x4x2xf32>) -> tensor<4x2x3xf32>",
      ),
      main(
        "%x: tensor<2x3x4xf32>",
        "tensor<4x2x3xf32>",
        "%r = stablehlo.transpose %x, dims = [2, 0, 1] : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>",
      ),
    ],
    [
      "transpose that moves an axis of size 1 is a reshape",
      main(
        "%x: tensor<2x1x4xf32>",
        "tensor<1x2x4xf32>",
        "%r = stablehlo.transpose %x, dims = [1, 0, 2] : (tensor<2x1x4xf32>) -> tensor<1x2x4xf32>",
      ),
      main(
        "%x: tensor<2x1x4xf32>",
        "tensor<1x2x4xf32>",
        "%r = stablehlo.reshape %x : (tensor<2x1x4xf32>) -> tensor<1x2x4xf32>",
      ),
    ],
    [
      "transpose of a reshaped transpose, of axes that stay together, is one transpose before the reshape",
      main(
        "%x: tensor<2x5x3x4xf32>",
        "tensor<5x6x4xf32>",
        "%0 = stablehlo.transpose %x, dims = [0, 2, 1, 3] : (tensor<2x5x3x4xf32>) -> tensor<2x3x5x4xf32>",
        "%1 = stablehlo.reshape %0 : (tensor<2x3x5x4xf32>) -> tensor<6x5x4xf32>",
        "%r = stablehlo.transpose %1, dims = [1, 0, 2] : (tensor<6x5x4xf32>) -> tensor<5x6x4xf32>",
      ),
      main(
        "%x: tensor<2x5x3x4xf32>",
        "tensor<5x6x4xf32>",
        "%0 = stablehlo.transpose %x, dims = [1, 0, 2, 3] : (tensor<2x5x3x4xf32>) -> tensor<5x2x3x4xf32>",
        "%r = stablehlo.reshape %0 : (tensor<5x2x3x4xf32>) -> tensor<5x6x4xf32>",
      ),
    ],
    [
      "transposes that undo each other over axes of size 1 are nothing",
      main(
        "%x: tensor<1x5x3x4xf32>",
        "tensor<5x3x1x4xf32>",
        "%0 = stablehlo.transpose %x, dims = [0, 2, 1, 3] : (tensor<1x5x3x4xf32>) -> tensor<1x3x5x4xf32>",
        "%1 = stablehlo.reshape %0 : (tensor<1x3x5x4xf32>) -> tensor<3x1x5x4xf32>",
        "%r = stablehlo.transpose %1, dims = [2, 0, 1, 3] : (tensor<3x1x5x4xf32>) -> tensor<5x3x1x4xf32>",
      ),
      main(
        "%x: tensor<1x5x3x4xf32>",
        "tensor<5x3x1x4xf32>",
        "%r = stablehlo.reshape %x : (tensor<1x5x3x4xf32>) -> tensor<5x3x1x4xf32>",
      ),
    ],
    [
      "broadcast of broadcast is one broadcast",
      main(
        "%x: tensor<4xf32>",
        "tensor<2x3x4xf32>",
        "%0 = stablehlo.broadcast_in_dim %x, dims = [1] : (tensor<4xf32>) -> tensor<3x4xf32>",
        "%r = stablehlo.broadcast_in_dim %0, dims = [1, 2] : (tensor<3x4xf32>) -> tensor<2x3x4xf32>",
      ),
      main(
        "%x: tensor<4xf32>",
        "tensor<2x3x4xf32>",
        "%r = stablehlo.broadcast_in_dim %x, dims = [2] : (tensor<4xf32>) -> tensor<2x3x4xf32>",
      ),
    ],
    [
      "broadcast that permutes a square stays",
      main(
        "%x: tensor<3x3xf32>",
        "tensor<3x3xf32>",
        "%r = stablehlo.broadcast_in_dim %x, dims = [1, 0] : (tensor<3x3xf32>) -> tensor<3x3xf32>",
      ),
      undefined,
    ],
    [
      "reverse of reverse is the operand",
      main(
        "%x: tensor<3x4xf32>",
        "tensor<3x4xf32>",
        "%0 = stablehlo.reverse %x, dims = [0, 1] : tensor<3x4xf32>",
        "%r = stablehlo.reverse %0, dims = [1, 0] : tensor<3x4xf32>",
      ),
      returns("%x: tensor<3x4xf32>", "tensor<3x4xf32>", "%x"),
    ],
  ]);
});
