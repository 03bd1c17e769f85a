import { describe } from "vitest";
import { constant, f, main, p, returns, testRewrites } from "./programs.js";

describe("a rewrite", () => {
  testRewrites([
    [
      "negate of negate is the operand",
      main(`%x: ${f}`, f, `%0 = stablehlo.negate %x : ${f}`, `%r = stablehlo.negate %0 : ${f}`),
      returns(`%x: ${f}`, f, "%x"),
    ],
    [
      "not of not is the operand",
      main(`%x: ${p}`, p, `%0 = stablehlo.not %x : ${p}`, `%r = stablehlo.not %0 : ${p}`),
      returns(`%x: ${p}`, p, "%x"),
    ],
    [
      "abs of abs and of negate is abs",
      main(
        `%x: ${f}`,
        f,
        `%0 = stablehlo.negate %x : ${f}`,
        `%1 = stablehlo.abs %0 : ${f}`,
        `%r = stablehlo.abs %1 : ${f}`,
      ),
      main(`%x: ${f}`, f, `%r = stablehlo.abs %x : ${f}`),
    ],
    [
      "select by true is the first value",
      main(
        `%x: ${f}, %y: ${f}`,
        f,
        constant("c", "true", p),
        `%r = stablehlo.select %c, %x, %y : ${p}, ${f}`,
      ),
      returns(`%x: ${f}, %y: ${f}`, f, "%x"),
    ],
    [
      "select by false is the second value",
      main(
        `%x: ${f}, %y: ${f}`,
        f,
        constant("c", "false", "tensor<i1>"),
        `%r = stablehlo.select %c, %x, %y : tensor<i1>, ${f}`,
      ),
      returns(`%x: ${f}, %y: ${f}`, f, "%y"),
    ],
    [
      "select of equal values is the value",
      main(`%p: ${p}, %x: ${f}`, f, `%r = stablehlo.select %p, %x, %x : ${p}, ${f}`),
      returns(`%p: ${p}, %x: ${f}`, f, "%x"),
    ],
    [
      "select by not swaps the values",
      main(
        `%p: ${p}, %x: ${f}, %y: ${f}`,
        f,
        `%0 = stablehlo.not %p : ${p}`,
        `%r = stablehlo.select %0, %x, %y : ${p}, ${f}`,
      ),
      main(`%p: ${p}, %x: ${f}, %y: ${f}`, f, `%r = stablehlo.select %p, %y, %x : ${p}, ${f}`),
    ],
    [
      "convert there and back through a wider type is the operand",
      main(
        "%x: tensor<4xbf16>",
        "tensor<4xbf16>",
        `%0 = stablehlo.convert %x : (tensor<4xbf16>) -> ${f}`,
        `%r = stablehlo.convert %0 : (${f}) -> tensor<4xbf16>`,
      ),
      returns("%x: tensor<4xbf16>", "tensor<4xbf16>", "%x"),
    ],
    [
      "convert through a narrower type stays",
      main(
        `%x: ${f}`,
        f,
        `%0 = stablehlo.convert %x : (${f}) -> tensor<4xbf16>`,
        `%r = stablehlo.convert %0 : (tensor<4xbf16>) -> ${f}`,
      ),
      undefined,
    ],
    [
      "bf16 to f16 stays: neither holds the other",
      main(
        "%x: tensor<4xbf16>",
        f,
        "%0 = stablehlo.convert %x : (tensor<4xbf16>) -> tensor<4xf16>",
        `%r = stablehlo.convert %0 : (tensor<4xf16>) -> ${f}`,
      ),
      undefined,
    ],
    [
      "integer to integer through a float stays: it wraps around where a float saturates",
      main(
        "%x: tensor<4xi16>",
        "tensor<4xi8>",
        `%0 = stablehlo.convert %x : (tensor<4xi16>) -> ${f}`,
        `%r = stablehlo.convert %0 : (${f}) -> tensor<4xi8>`,
      ),
      undefined,
    ],
  ]);
});
