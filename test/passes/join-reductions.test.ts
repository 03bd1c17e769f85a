import { expect, test } from "vitest";
import { run } from "./text.js";

const sum = (of: string, axis: number): string =>
  `stablehlo.reduce(${of} init: %zero) applies stablehlo.add across dimensions = [${axis}] : (tensor<4x4xf32>, tensor<f32>) -> tensor<4xf32>`;

const loop = (...body: readonly string[]): string => `
func.func @main(%x: tensor<4x4xf32>, %n: tensor<i32>) -> tensor<4xf32> {
  %c = stablehlo.constant dense<0> : tensor<i32>
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %none = stablehlo.constant dense<0.0> : tensor<4xf32>
  %0:2 = stablehlo.while(%i = %c, %y = %none) : tensor<i32>, tensor<4xf32>
  cond {
    %1 = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %1 = stablehlo.add %i, %one : tensor<i32>
    %e = stablehlo.exponential %x : tensor<4x4xf32>
    ${body.join("\n    ")}
    %r = stablehlo.add %a, %b : tensor<4xf32>
    stablehlo.return %1, %r : tensor<i32>, tensor<4xf32>
  }
  return %0#1 : tensor<4xf32>
}`;

const joined = (text: string, options = ""): boolean =>
  run(`join-reductions${options}`, text).includes("reducer(");

test.each([
  ["of one shape over one axis", true, [`%a = ${sum("%x", 1)}`, `%b = ${sum("%e", 1)}`]],
  ["over different axes", false, [`%a = ${sum("%x", 1)}`, `%b = ${sum("%e", 0)}`]],
  [
    "of which one needs the other",
    false,
    [
      `%a = ${sum("%x", 1)}`,
      "%w = stablehlo.broadcast_in_dim %a, dims = [0] : (tensor<4xf32>) -> tensor<4x4xf32>",
      `%b = ${sum("%w", 1)}`,
    ],
  ],
  [
    "of which one is a maximum",
    false,
    [`%a = ${sum("%x", 1)}`, `%b = ${sum("%e", 1).replace("stablehlo.add", "stablehlo.maximum")}`],
  ],
] as const)("reductions in a loop %s are joined: %s", (_, expected, body) => {
  expect(joined(loop(...body))).toBe(expected);
});

test("sums of smaller tensors than asked for stay apart", () => {
  const text = loop(`%a = ${sum("%x", 1)}`, `%b = ${sum("%e", 1)}`);
  expect(joined(text, "{least-bytes=64}")).toBe(true);
  expect(joined(text, "{least-bytes=65}")).toBe(false);
});
