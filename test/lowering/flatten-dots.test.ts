import { describe, expect, it } from "vitest";
import { registerPasses } from "../../src/passes/index.js";
import { loweringPasses } from "../../src/lowering/passes.js";
import { axis, dot, input, program } from "../../src/dsl/index.js";
import { parsePipeline, runPipeline } from "../../src/passes/index.js";
import { useCpu } from "../dsl/cpu.js";
import { normal, run } from "../passes/text.js";
import { expectClose, randomNumbers } from "./ops.js";

registerPasses(loweringPasses);
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

  it("fills up products of few rows, behind a barrier", () => {
    const one = product("1x4xf32", "5x4xf32", "contracting_dims = [1] x [1]", "1x5xf32");
    const text = run("flatten-dots{min-rows=8}", one);
    expect(text).toContain("tensor<8x4xf32>");
    expect(text).toContain("stablehlo.optimization_barrier");
    expect(text).toContain("(tensor<8x4xf32>, tensor<5x4xf32>) -> tensor<8x5xf32>");
  });

  it.each(["flatten-dots", "flatten-dots{min-rows=8}"])("%s changes no number", async (pipeline) => {
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
    runPipeline(flattened.module, parsePipeline(pipeline));
    const results = await cpu.run(flattened, inputs);
    for (const [name, values] of Object.entries(plain)) expectClose(results[name]!, values, name);
  });
});
