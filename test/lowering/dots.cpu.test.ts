import { describe, expect, it } from "vitest";
import { allPasses } from "../../src/targets/registry.js";
import { axis, dot, input, program } from "../../src/dsl/index.js";
import { parsePipeline, runPipeline } from "../../src/passes/index.js";
import { useCpu } from "../dsl/cpu.js";
import { normal, run } from "../passes/text.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { expectClose } from "./ops.js";

const cpu = useCpu();

const product = (x: string, w: string, dims: string, result: string): string =>
  `func.func @main(%x: tensor<${x}>, %w: tensor<${w}>) -> tensor<${result}> {
  %0 = stablehlo.dot_general %x, %w, ${dims} : (tensor<${x}>, tensor<${w}>) -> tensor<${result}>
  return %0 : tensor<${result}>
}`;

describe("flatten-dots", () => {
  it.each([
    ["a product of two matrices", product("6x4xf32", "5x4xf32", "contracting_dims = [1] x [1]", "6x5xf32")],
    [
      "a product that pairs up an axis",
      product(
        "2x3x4xf32",
        "2x4x5xf32",
        "batching_dims = [0] x [0], contracting_dims = [2] x [1]",
        "2x3x5xf32",
      ),
    ],
    [
      "a product over another axis than the last",
      product("2x4x3xf32", "4x5xf32", "contracting_dims = [1] x [0]", "2x3x5xf32"),
    ],
    [
      "a product over two axes",
      product("2x3x4xf32", "5x3x4xf32", "contracting_dims = [1, 2] x [1, 2]", "2x5xf32"),
    ],
  ])("leaves %s as it is", (_, text) => {
    expect(run("flatten-dots", text)).toBe(normal(text));
  });

  it("makes a vector one row", () => {
    const vector = product("4xf32", "5x4xf32", "contracting_dims = [0] x [1]", "5xf32");
    expect(run("flatten-dots", vector)).toContain("(tensor<1x4xf32>, tensor<5x4xf32>) -> tensor<1x5xf32>");
  });
});

describe("few-row-dots", () => {
  it("pads products of few rows, behind a barrier", () => {
    const one = product("1x4xf32", "5x4xf32", "contracting_dims = [1] x [1]", "1x5xf32");
    const text = run("few-row-dots{min-rows=8}", one);
    expect(text).toContain("tensor<8x4xf32>");
    expect(text).toContain("stablehlo.optimization_barrier");
    expect(text).toContain("(tensor<8x4xf32>, tensor<5x4xf32>) -> tensor<8x5xf32>");
  });

  it("swaps the operands of a product of a few rows", () => {
    const rows = product("3x4xbf16", "5x4xbf16", "contracting_dims = [1] x [1]", "3x5xf32");
    expect(run("few-row-dots{swap-up-to=4}", rows)).toBe(
      normal(`func.func @main(%x: tensor<3x4xbf16>, %w: tensor<5x4xbf16>) -> tensor<3x5xf32> {
  %0 = stablehlo.dot_general %w, %x, contracting_dims = [1] x [1] : (tensor<5x4xbf16>, tensor<3x4xbf16>) -> tensor<5x3xf32>
  %1 = stablehlo.transpose %0, dims = [1, 0] : (tensor<5x3xf32>) -> tensor<3x5xf32>
  return %1 : tensor<3x5xf32>
}`),
    );
  });

  it("swaps the operands of one row only where it is padded to several, and the precisions with them", () => {
    const one = product(
      "1x4xbf16",
      "5x4xbf16",
      "contracting_dims = [1] x [1], precision = [DEFAULT, HIGH]",
      "1x5xbf16",
    );
    expect(run("few-row-dots{swap-up-to=4}", one)).toBe(normal(one));
    expect(run("few-row-dots{swap-up-to=4 min-half-rows=2}", one)).toBe(
      normal(`func.func @main(%x: tensor<1x4xbf16>, %w: tensor<5x4xbf16>) -> tensor<1x5xbf16> {
  %cst = stablehlo.constant dense<0.0> : tensor<bf16>
  %0 = stablehlo.pad %x, %cst, low = [0, 0], high = [1, 0], interior = [0, 0] : (tensor<1x4xbf16>, tensor<bf16>) -> tensor<2x4xbf16>
  %1 = stablehlo.optimization_barrier %0 : tensor<2x4xbf16>
  %2 = stablehlo.dot_general %w, %1, contracting_dims = [1] x [1], precision = [HIGH, DEFAULT] : (tensor<5x4xbf16>, tensor<2x4xbf16>) -> tensor<5x2xbf16>
  %3 = stablehlo.slice %2 [0:5, 0:1] : (tensor<5x2xbf16>) -> tensor<5x1xbf16>
  %4 = stablehlo.transpose %3, dims = [1, 0] : (tensor<5x1xbf16>) -> tensor<1x5xbf16>
  return %4 : tensor<1x5xbf16>
}`),
    );
  });

  it.each([
    ["more rows than asked for", "5x4xf32", "9x4xf32", 1, "5x9xf32"],
    ["no more columns than rows", "3x4xf32", "3x4xf32", 1, "3x3xf32"],
    ["a matrix whose columns are summed over", "3x4xf32", "4x5xf32", 0, "3x5xf32"],
  ])("does not swap the operands of a product of %s", (_, x, w, summed, result) => {
    const text = product(x, w, `contracting_dims = [1] x [${summed}]`, result);
    expect(run("few-row-dots{swap-up-to=4}", text)).toBe(normal(text));
  });

  it.each([
    "flatten-dots",
    "few-row-dots{min-rows=8}",
    "flatten-dots,few-row-dots{min-rows=8}",
    "flatten-dots,few-row-dots{swap-up-to=4}",
    "flatten-dots,few-row-dots{min-rows=2 swap-up-to=8}",
  ])("%s changes no number", async (pipeline) => {
    const traced = () =>
      program({ name: "p" }, () => {
        const w = input("w", [axis("out", 5), axis("in", 4)], "f32");
        const token = input("token", [axis("batch", 1), axis("in", 4)], "f32");
        const chunk = input("chunk", [axis("batch", 2), axis("time", 3), axis("in", 4)], "f32");
        return {
          token: dot(token, w, "in"),
          chunk: dot(chunk, w, "in"),
          vector: dot(input("v", [axis("in", 4)], "f32"), w, "in"),
        };
      });
    const inputs = {
      w: randomNumbers(1, 20),
      token: randomNumbers(2, 4),
      chunk: randomNumbers(3, 24),
      v: randomNumbers(4, 4),
    };
    const plain = await cpu.run(traced(), inputs);
    const flattened = traced();
    runPipeline(flattened.module, parsePipeline(pipeline, allPasses));
    const results = await cpu.run(flattened, inputs);
    for (const [name, values] of Object.entries(plain)) expectClose(results[name]!, values, name);
  });
});
