import { describe, expect, test } from "vitest";
import { countText } from "./hlo.js";

const flops = (entry: string, computations = ""): number =>
  countText(entry, computations).instructions.reduce((sum, cost) => sum + cost.flops, 0);

/** A convolution of these shapes. */
const convolution = (left: string, right: string, result: string, details: string): number =>
  flops(`
    %l = f32[${left}] parameter(0)
    %r = f32[${right}] parameter(1)
    ROOT %c = f32[${result}] convolution(%l, %r), ${details}`);

describe("operations of products: two for each pair of numbers", () => {
  test("a dot: results by what is summed over", () => {
    expect(
      flops(`
        %l = bf16[4,5,7]{2,1,0} parameter(0)
        %r = bf16[4,7,6]{2,1,0} parameter(1)
        ROOT %d = f32[4,5,6]{2,1,0} dot(%l, %r), lhs_batch_dims={0}, lhs_contracting_dims={2}, rhs_batch_dims={0}, rhs_contracting_dims={1}`),
    ).toBe(2 * 4 * 5 * 6 * 7);
  });

  test.each([
    ["a product without window", "5,7", "6,7", "5,6", "dim_labels=bf_oi->bf", 2 * 5 * 6 * 7],
    [
      "a window of 3 x 3",
      "1,8,8,2",
      "3,3,2,4",
      "1,6,6,4",
      "window={size=3x3}, dim_labels=b01f_01io->b01f",
      2 * 6 * 6 * 4 * 9 * 2,
    ],
    [
      "padding is no work",
      "1,3,1",
      "3,1,1",
      "1,3,1",
      "window={size=3 pad=1_1}, dim_labels=b0f_0io->b0f",
      2 * 7,
    ],
    ["strides", "1,9,1", "2,1,1", "1,4,1", "window={size=2 stride=2}, dim_labels=b0f_0io->b0f", 2 * 4 * 2],
    [
      "groups of features",
      "1,4,6",
      "2,1,6",
      "1,3,6",
      "window={size=2}, dim_labels=b0f_0io->b0f, feature_group_count=6",
      2 * 3 * 6 * 2,
    ],
    // Each of the window's places meets one element only.
    [
      "a batch that came as a window",
      "10,5,7",
      "10,6,7",
      "10,5,6",
      "window={size=10 stride=9 lhs_dilate=10}, dim_labels=0bf_0oi->0bf",
      2 * 10 * 5 * 6 * 7,
    ],
    [
      "holes between window places",
      "1,9,1",
      "3,1,1",
      "1,5,1",
      "window={size=3 rhs_dilate=2}, dim_labels=b0f_0io->b0f",
      2 * 5 * 3,
    ],
  ])("a convolution: %s", (_what, left, right, result, details, expected) => {
    expect(convolution(left, right, result, details)).toBe(expected);
  });

  test("those inside fusions inside fusions count, other arithmetic does not", () => {
    expect(
      flops(
        `
        %l = f32[4,8]{1,0} parameter(0)
        %r = f32[8,4]{1,0} parameter(1)
        ROOT %f = f32[4,4]{1,0} fusion(%l, %r), kind=kOutput, calls=%outside`,
        `%inside (a: f32[4,8], b: f32[8,4]) -> f32[4,4] {
  %a = f32[4,8]{1,0} parameter(0)
  %b = f32[8,4]{1,0} parameter(1)
  ROOT %d = f32[4,4]{1,0} dot(%a, %b), lhs_contracting_dims={1}, rhs_contracting_dims={0}
}

%outside (x: f32[4,8], y: f32[8,4]) -> f32[4,4] {
  %x = f32[4,8]{1,0} parameter(0)
  %y = f32[8,4]{1,0} parameter(1)
  %g = f32[4,4]{1,0} fusion(%x, %y), kind=kLoop, calls=%inside
  %e = f32[4,4]{1,0} dot(%x, %y), lhs_contracting_dims={1}, rhs_contracting_dims={0}
  ROOT %s = f32[4,4]{1,0} add(%g, %e)
}`,
      ),
    ).toBe(2 * (2 * 4 * 4 * 8));
  });
});
