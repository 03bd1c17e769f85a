import { describe, expect, it } from "vitest";
import { normal, run } from "./text.js";

/** `%r` from two operations on %x, so that merging them shows as one operand twice. */
const pair = (first: string, second: string, type = "tensor<4xf32>"): string =>
  `func.func @main(%p: tensor<i1>, %x: tensor<4xf32>, %y: tensor<4xf32>) -> (${type}, ${type}) {
    %0 = ${first}
    %1 = ${second}
    return %0, %1 : ${type}, ${type}
  }`;

const merged = (only: string, type = "tensor<4xf32>"): string =>
  `func.func @main(%p: tensor<i1>, %x: tensor<4xf32>, %y: tensor<4xf32>) -> (${type}, ${type}) {
    %0 = ${only}
    return %0, %0 : ${type}, ${type}
  }`;

describe("cse merges", () => {
  it.each([
    ["equal operations", "stablehlo.negate %x : tensor<4xf32>", "stablehlo.negate %x : tensor<4xf32>"],
    [
      "commutative operations with swapped operands",
      "stablehlo.add %x, %y : tensor<4xf32>",
      "stablehlo.add %y, %x : tensor<4xf32>",
    ],
    [
      "equal constants",
      "stablehlo.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>",
      "stablehlo.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>",
    ],
    [
      "operations with equal regions",
      `"stablehlo.if"(%p) ({ %2 = stablehlo.negate %x : tensor<4xf32>
        stablehlo.return %2 : tensor<4xf32> }, { stablehlo.return %y : tensor<4xf32> }) : (tensor<i1>) -> tensor<4xf32>`,
      `"stablehlo.if"(%p) ({ %3 = stablehlo.negate %x : tensor<4xf32>
        stablehlo.return %3 : tensor<4xf32> }, { stablehlo.return %y : tensor<4xf32> }) : (tensor<i1>) -> tensor<4xf32>`,
    ],
  ])("%s", (_title, first, second) => {
    expect(run("cse", pair(first, second))).toBe(normal(merged(first)));
  });

  it("an operation in a region with its equal before the region", () => {
    const text = (
      inner: string,
      value: string,
    ) => `func.func @main(%p: tensor<i1>, %x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
      %0 = stablehlo.negate %x : tensor<4xf32>
      %1 = "stablehlo.if"(%p) ({
        ${inner}
        stablehlo.return ${value} : tensor<4xf32>
      }, {
        stablehlo.return %x : tensor<4xf32>
      }) : (tensor<i1>) -> tensor<4xf32>
      return %0, %1 : tensor<4xf32>, tensor<4xf32>
    }`;
    expect(run("cse", text("%2 = stablehlo.negate %x : tensor<4xf32>", "%2"))).toBe(normal(text("", "%0")));
  });
});

describe("cse keeps apart", () => {
  it.each([
    ["other operands", "stablehlo.negate %x : tensor<4xf32>", "stablehlo.negate %y : tensor<4xf32>"],
    [
      "operands that do not commute",
      "stablehlo.subtract %x, %y : tensor<4xf32>",
      "stablehlo.subtract %y, %x : tensor<4xf32>",
    ],
    [
      "0 and -0",
      "stablehlo.constant dense<0.0> : tensor<4xf32>",
      "stablehlo.constant dense<-0.0> : tensor<4xf32>",
    ],
    [
      "other attributes",
      "stablehlo.reverse %x, dims = [0] : tensor<4xf32>",
      "stablehlo.reverse %x, dims = [] : tensor<4xf32>",
    ],
    [
      "discardable attributes",
      'stablehlo.negate %x {mhlo.frontend_attributes = {k = "a"}} : tensor<4xf32>',
      'stablehlo.negate %x {mhlo.frontend_attributes = {k = "b"}} : tensor<4xf32>',
    ],
    [
      "operations with an effect",
      "stablehlo.custom_call @random(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>",
      "stablehlo.custom_call @random(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>",
    ],
  ])("%s", (_title, first, second) => {
    expect(run("cse", pair(first, second))).toBe(normal(pair(first, second)));
  });

  it("operations in two branches, neither of which runs before the other", () => {
    const text = `func.func @main(%p: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> {
      %0 = "stablehlo.if"(%p) ({
        %1 = stablehlo.negate %x : tensor<4xf32>
        stablehlo.return %1 : tensor<4xf32>
      }, {
        %1 = stablehlo.negate %x : tensor<4xf32>
        %2 = stablehlo.abs %1 : tensor<4xf32>
        stablehlo.return %2 : tensor<4xf32>
      }) : (tensor<i1>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }`;
    expect(run("cse", text)).toBe(normal(text));
  });
});
