import { expect, test } from "vitest";
import { tensor } from "../ir/interpret/tensors.js";
import { Tensor } from "../../src/ir/interpret/tensor.js";
import { elementCount } from "../../src/ir/types.js";
import { one } from "./cases/case.js";
import { addVjp, parse, run } from "./vjp-of.js";

/** The gradients of a case's inputs at given numbers, by cotangents of 1. */
function gradientsAt(
  body: string,
  inputs: readonly string[],
  result: string,
): readonly (readonly number[])[] {
  const module = addVjp(parse(one("", inputs, [result], body).program));
  const values = inputs.map((input) => tensor(input));
  const outputs = run(module, "main", values);
  const ones = outputs.map(({ type: { shape, element } }) =>
    Tensor.fromFloats(shape, element, new Float64Array(elementCount(shape)).fill(1)).toElements(),
  );
  return run(module, "vjp", [...values, ...ones]).map((gradient) =>
    Array.from(Tensor.fromElements(gradient).floats),
  );
}

const unary = (op: string, numbers: string, count: number) =>
  gradientsAt(
    `  %r = "${op}"(%a0) : (tensor<${count}xf64>) -> tensor<${count}xf64>`,
    [`${count}xf64: ${numbers}`],
    `${count}xf64`,
  )[0];

test("the derivative of a distance from 0 is half of that on both sides at 0", () => {
  expect(unary("stablehlo.abs", "-2 0 3", 3)).toEqual([-1, 0, 1]);
});

test("a cube root is infinitely steep at 0, and flat at infinity", () => {
  expect(unary("stablehlo.cbrt", "0 8 inf", 3)).toEqual([Infinity, 1 / 12, 0]);
});

test("a Bessel function has its derivative where the other of its two series has none", () => {
  expect(unary("chlo.bessel_i1e", "0 inf -inf", 3)).toEqual([expect.closeTo(0.5, 12), 0, 0]);
});

test("a bound that is not the result gets nothing, and bounds the wrong way round give all to the upper one", () => {
  const body = `  %r = stablehlo.clamp %a0, %a1, %a2 : tensor<7xf64>`;
  const low = "7xf64: -1 -1 -1 -1 -1  1  1";
  const x = "7xf64:   -2 -1  0  1  2  0 -2";
  const high = "7xf64: 1  1  1  1  1 -1 -1";
  expect(gradientsAt(body, [low, x, high], "7xf64")).toEqual([
    [1, 0, 0, 0, 0, 0, 0],
    [0, 0, 1, 0, 0, 0, 0],
    [0, 0, 0, 0, 1, 1, 1],
  ]);
});

test("powers of 0, and to the power 0, have finite derivatives where they have one", () => {
  const body = `  %r = stablehlo.power %a0, %a1 : tensor<4xf64>`;
  expect(gradientsAt(body, ["4xf64: 0 0 0 2", "4xf64: 0 1 2 0"], "4xf64")).toEqual([
    [0, 1, 0, 0],
    [0, 0, 0, Math.log(2)],
  ]);
});

test("the largest at a place of a scatter share its cotangent, what is left out gets none", () => {
  const body = `  %r = "stablehlo.scatter"(%a0, %a1, %a2) <{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0],
    scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %s = stablehlo.maximum %p, %q : tensor<f64>
    stablehlo.return %s : tensor<f64>
  }) : (tensor<4xf64>, tensor<6x1xi32>, tensor<6xf64>) -> tensor<4xf64>`;
  const inputs = ["4xf64: 2 1 5 7", "6x1xi32: 0 0 1 1 9 2", "6xf64: 2 1 3 3 9 4"];
  expect(gradientsAt(body, inputs, "4xf64")).toEqual([
    [0.5, 0, 1, 1],
    [0.5, 0, 0.5, 0.5, 0, 0],
  ]);
});
