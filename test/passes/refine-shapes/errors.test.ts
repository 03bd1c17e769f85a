import { describe, expect, it } from "vitest";
import { program, refine, twoShapes } from "./refine.js";

describe("what cannot be refined", () => {
  const failure = (text: string, inputs: string): string => {
    try {
      return refine(text, inputs);
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("an assertion that is false: its own words, with its numbers", () => {
    const text = `
func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x4xf32>) -> tensor<i32>
  %two = stablehlo.constant dense<2> : tensor<i32>
  %ok = stablehlo.compare GE, %n, %two, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
  stablehlo.custom_call @shape_assertion(%ok, %n, %two) {error_message = "n must be {1}, is {0}", has_side_effect = true} : (tensor<i1>, tensor<i32>, tensor<i32>) -> ()
  return %x : tensor<?x4xf32>
}`;
    expect(failure(text, "tensor<1x4xf32>")).toBe("refine error: n must be 2, is 1\n  at:       -:6:3");
  });

  it("a size that is data: the op and its line", () => {
    const text = program(
      "%s: tensor<1xi64>",
      "  %r = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>",
      "tensor<?xi32>",
    );
    expect(failure(text, "tensor<1xi64>")).toBe(
      [
        "refine error: the shape of what stablehlo.dynamic_iota makes depends on data, and cannot be refined",
        "  expected: sizes that follow from the shapes of @main's inputs",
        "  got:      tensor<?xi32>",
        "  at:       -:3:8",
      ].join("\n"),
    );
  });

  it("a result of unknown rank, and one whose bounds leave a size open", () => {
    const failureOf = (type: string) =>
      failure(
        program(
          "%x: tensor<?xf32>",
          `  %r = stablehlo.custom_call @mine(%x) : (tensor<?xf32>) -> ${type}`,
          type,
        ),
        "tensor<4xf32>",
      );
    for (const type of ["tensor<*xf32>", "tensor<?x?xf32, #stablehlo.bounds<4, ?>>"])
      expect(failureOf(type)).toBe(
        [
          "refine error: the shape of what custom_call @mine makes depends on data, and cannot be refined",
          "  expected: sizes that follow from the shapes of @main's inputs",
          `  got:      ${type}`,
          "  at:       -:3:8",
        ].join("\n"),
      );
  });

  it("inputs that @main does not take", () => {
    expect(failure(twoShapes, "tensor<3x1xf32>, tensor<4xf32>")).toBe(
      [
        "refine error: @main takes other inputs",
        "  expected: tensor<?xf32>, tensor<?xf32>",
        "  got:      tensor<3x1xf32>, tensor<4xf32>",
      ].join("\n"),
    );
  });

  it("inputs that are no types", () => {
    expect(failure(twoShapes, "tensor<?xf32>, tensor<4xf32>")).toMatch(
      /^usage error: an input of refine-shapes is not valid\n {2}expected: .*\n {2}got: {6}tensor<\?xf32>$/,
    );
  });
});
