import { describe, expect, it } from "vitest";
import { normal, run } from "../passes/text.js";

const INTERLEAVE = "interleave-time{factor=2 least-rows=1}";

/** A scan over rows looked up by token; `more` may use %rows, %y and %last, and says what is returned. */
const program = (more: string, result: string, attributes = ""): string => `
func.func public @main(%tokens: tensor<1x4xi32>, %table: tensor<9x3xf32>, %w: tensor<5x3xf32>, %h0: tensor<1x3xf32>) -> ${result} {
  %index = stablehlo.reshape %tokens : (tensor<1x4xi32>) -> tensor<1x4x1xi32>
  %rows = "stablehlo.gather"(%table, %index) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, slice_sizes = array<i64: 1, 3>}> : (tensor<9x3xf32>, tensor<1x4x1xi32>) -> tensor<1x4x3xf32>
  %h:2 = "nn.linear_scan"(%rows, %rows, %h0) <{axis = 1 : i64${attributes}}> : (tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x3xf32>) -> (tensor<1x4x3xf32>, tensor<1x3xf32>)
${more}
}`;

const lastRow = (value: string, name = "%end"): string =>
  `  ${name} = stablehlo.slice ${value} [0:1, 3:4, 0:3] : (tensor<1x4x3xf32>) -> tensor<1x1x3xf32>`;

describe("interleave-time", () => {
  it.each([
    ["the last row is read", `${lastRow("%h#0")}\n  return %end : tensor<1x1x3xf32>`, "tensor<1x1x3xf32>"],
    [
      "a constant that is the same for all rows is added",
      `  %c = stablehlo.constant dense<2.0> : tensor<1x4x3xf32>
  %0 = stablehlo.add %h#0, %c : tensor<1x4x3xf32>
${lastRow("%0")}\n  return %end : tensor<1x1x3xf32>`,
      "tensor<1x1x3xf32>",
    ],
  ])("applies when %s", (_, more, result) => {
    const text = run(INTERLEAVE, program(more, result));
    expect(text.match(/strided = 2 : i64/g)).toHaveLength(1);
    expect(text).toContain("stablehlo.transpose");
  });

  it.each([
    ["rows are given back", "  return %h#0 : tensor<1x4x3xf32>", "tensor<1x4x3xf32>", ""],
    [
      "another row than the last is read",
      `  %end = stablehlo.slice %h#0 [0:1, 2:3, 0:3] : (tensor<1x4x3xf32>) -> tensor<1x1x3xf32>
  return %end : tensor<1x1x3xf32>`,
      "tensor<1x1x3xf32>",
      "",
    ],
    [
      "numbers differ from row to row",
      `  %i = stablehlo.iota dim = 1 : tensor<1x4x3xf32>
  %0 = stablehlo.add %h#0, %i : tensor<1x4x3xf32>
${lastRow("%0")}\n  return %end : tensor<1x1x3xf32>`,
      "tensor<1x1x3xf32>",
      "",
    ],
    [
      "rows are added up",
      `  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %0 = stablehlo.reduce(%h#0 init: %z) applies stablehlo.add across dimensions = [1] : (tensor<1x4x3xf32>, tensor<f32>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>`,
      "tensor<1x3xf32>",
      "",
    ],
    [
      "a scan runs backwards",
      `${lastRow("%h#0")}\n  return %end : tensor<1x1x3xf32>`,
      "tensor<1x1x3xf32>",
      ", reverse",
    ],
  ])("leaves a program alone when %s", (_, more, result, attributes) => {
    const text = program(more, result, attributes);
    expect(run(INTERLEAVE, text)).toBe(normal(text));
  });

  it("leaves a program alone whose slabs would have too few rows, or not all the same number", () => {
    const text = program(`${lastRow("%h#0")}\n  return %end : tensor<1x1x3xf32>`, "tensor<1x1x3xf32>");
    expect(run("interleave-time{factor=2 least-rows=3}", text)).toBe(normal(text));
    expect(run("interleave-time{factor=3 least-rows=1}", text)).toBe(normal(text));
  });
});

describe("split-rows", () => {
  it("goes through one product, and on until rows are used twice", () => {
    const more = `  %0 = stablehlo.tanh %h#0 : tensor<1x4x3xf32>
  %1 = stablehlo.dot_general %0, %w, contracting_dims = [2] x [1] : (tensor<1x4x3xf32>, tensor<5x3xf32>) -> tensor<1x4x5xf32>
  %2 = stablehlo.abs %1 : tensor<1x4x5xf32>
  %3 = stablehlo.multiply %2, %2 : tensor<1x4x5xf32>
  %end = stablehlo.slice %3 [0:1, 3:4, 0:5] : (tensor<1x4x5xf32>) -> tensor<1x1x5xf32>
  return %end : tensor<1x1x5xf32>`;
    const text = run(`${INTERLEAVE},split-rows,canonicalize`, program(more, "tensor<1x1x5xf32>"));
    const count = (op: string) => text.match(new RegExp(`stablehlo\\.${op} `, "g"))?.length;
    expect([count("tanh"), count("dot_general"), count("abs"), count("multiply")]).toEqual([2, 2, 2, 1]);
    expect(count("concatenate")).toBe(1);
  });

  it("leaves alone what does not lead to a product", () => {
    const more = `  %0 = stablehlo.tanh %h#0 : tensor<1x4x3xf32>
${lastRow("%0")}\n  return %end : tensor<1x1x3xf32>`;
    const interleaved = run(INTERLEAVE, program(more, "tensor<1x1x3xf32>"));
    expect(run("split-rows", interleaved)).toBe(interleaved);
  });
});
