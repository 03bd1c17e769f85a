import { describe, expect, it } from "vitest";
import { normal, run } from "./text.js";

/** A function without arguments that returns %r. */
const main = (type: string, ...body: readonly string[]): string =>
  `func.func @main() -> ${type} {\n  ${body.join("\n  ")}\n  return %r : ${type}\n}`;

const constant = (name: string, value: string, type: string): string =>
  `%${name} = stablehlo.constant dense<${value}> : ${type}`;

describe("fold replaces by its value", () => {
  it.each<[string, string, string]>([
    [
      "a chain on lists",
      main(
        "tensor<3xi32>",
        constant("a", "[1, 2, 3]", "tensor<3xi32>"),
        constant("b", "[10, 20, 30]", "tensor<3xi32>"),
        "%0 = stablehlo.add %a, %b : tensor<3xi32>",
        "%r = stablehlo.negate %0 : tensor<3xi32>",
      ),
      main("tensor<3xi32>", constant("r", "[-11, -22, -33]", "tensor<3xi32>")),
    ],
    [
      "elementwise operations on filled tensors of any size, kept filled",
      main(
        "tensor<1000000xi1>",
        constant("a", "1.5", "tensor<1000000xf32>"),
        constant("b", "2.5", "tensor<1000000xf32>"),
        "%r = stablehlo.compare LT, %a, %b : (tensor<1000000xf32>, tensor<1000000xf32>) -> tensor<1000000xi1>",
      ),
      main("tensor<1000000xi1>", constant("r", "true", "tensor<1000000xi1>")),
    ],
    [
      "a broadcast number",
      main(
        "tensor<1000x1000xbf16>",
        constant("a", "3.0", "tensor<bf16>"),
        "%r = stablehlo.broadcast_in_dim %a, dims = [] : (tensor<bf16>) -> tensor<1000x1000xbf16>",
      ),
      main("tensor<1000x1000xbf16>", constant("r", "3.0", "tensor<1000x1000xbf16>")),
    ],
    [
      "a transposed list",
      main(
        "tensor<3x2xf32>",
        constant("a", "[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]", "tensor<2x3xf32>"),
        "%r = stablehlo.transpose %a, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>",
      ),
      main("tensor<3x2xf32>", constant("r", "[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]", "tensor<3x2xf32>")),
    ],
    [
      "a division by zero, as IEEE has it",
      main(
        "tensor<2xf32>",
        constant("a", "[1.0, -1.0]", "tensor<2xf32>"),
        constant("b", "0.0", "tensor<2xf32>"),
        "%r = stablehlo.divide %a, %b : tensor<2xf32>",
      ),
      main("tensor<2xf32>", constant("r", "[0x7F800000, 0xFF800000]", "tensor<2xf32>")),
    ],
    [
      "a sum",
      main(
        "tensor<f32>",
        constant("a", "[1.0, 2.0, 3.0]", "tensor<3xf32>"),
        constant("z", "0.0", "tensor<f32>"),
        "%r = stablehlo.reduce(%a init: %z) applies stablehlo.add across dimensions = [0] : (tensor<3xf32>, tensor<f32>) -> tensor<f32>",
      ),
      main("tensor<f32>", constant("r", "6.0", "tensor<f32>")),
    ],
  ])("%s", (_title, before, after) => {
    expect(run("fold", before)).toBe(normal(after));
  });
});

describe("fold leaves", () => {
  it.each<[string, string]>([
    [
      "what has no constants to start from",
      main("tensor<8xi32>", "%r = stablehlo.iota dim = 0 : tensor<8xi32>"),
    ],
    [
      "a broadcast list, which would grow",
      main(
        "tensor<4x2xf32>",
        constant("a", "[1.0, 2.0]", "tensor<2xf32>"),
        "%r = stablehlo.broadcast_in_dim %a, dims = [1] : (tensor<2xf32>) -> tensor<4x2xf32>",
      ),
    ],
    [
      "filled tensors side by side, which would become a list",
      main(
        "tensor<8xf32>",
        constant("a", "1.0", "tensor<4xf32>"),
        constant("b", "2.0", "tensor<4xf32>"),
        "%r = stablehlo.concatenate %a, %b, dim = 0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>",
      ),
    ],
    [
      "an optimization barrier",
      main(
        "tensor<f32>",
        constant("a", "1.0", "tensor<f32>"),
        "%r = stablehlo.optimization_barrier %a : tensor<f32>",
      ),
    ],
    [
      "what may have an effect",
      main(
        "tensor<f32>",
        constant("a", "1.0", "tensor<f32>"),
        "%r = stablehlo.custom_call @f(%a) {has_side_effect = true} : (tensor<f32>) -> tensor<f32>",
      ),
    ],
  ])("%s", (_title, text) => {
    expect(run("fold", text)).toBe(normal(text));
  });

  it("operations that read or make more elements than the limit", () => {
    const text = main(
      "tensor<3xi32>",
      constant("a", "[1, 2, 3]", "tensor<3xi32>"),
      "%r = stablehlo.negate %a : tensor<3xi32>",
    );
    expect(run("fold{limit=2}", text)).toBe(normal(text));
    expect(run("fold{limit=3}", text)).toBe(
      normal(main("tensor<3xi32>", constant("r", "[-1, -2, -3]", "tensor<3xi32>"))),
    );
  });
});
