import { expect, test } from "vitest";
import { numberAt } from "../../src/ir/elements.js";
import { tensor } from "../ir/interpret/tensors.js";
import { addVjp, parse, run } from "./vjp-of.js";

test("the derivative of sqrt(1 - a^2) is bounded by 1000, where a is almost 1", () => {
  const module = addVjp(
    parse(`func.func @main(%x: tensor<1x1x2xf32>, %z: tensor<1x1x4xf32>, %bias: tensor<1x4xf32>, %decay: tensor<2xf32>, %reset: tensor<1x1xi1>) -> tensor<1x1x2xf32> {
  %y:2 = "griffin.rg_lru_gates"(%x, %z, %bias, %decay, %reset) <{heads = 1 : i64}>
    : (tensor<1x1x2xf32>, tensor<1x1x4xf32>, tensor<1x4xf32>, tensor<2xf32>, tensor<1x1xi1>) -> (tensor<1x1x2xf32>, tensor<1x1x2xf32>)
  return %y#0 : tensor<1x1x2xf32>
}`),
  );
  // Gates of 1/2, decays of exp(-1e-9) = 1 and exp(-1/2): d log a = x i (-a^2) slope, d decay = r d log a.
  const inputs = [
    "1x1x2xf32: 1",
    "1x1x4xf32: 0",
    "1x4xf32: 0",
    "2xf32: -2e-9 -1",
    "1x1xi1: 0",
    "1x1x2xf32: 1",
  ];
  const decay = run(module, "vjp", inputs.map(tensor))[3]!;
  const [bounded, free] = [numberAt(decay, 0), numberAt(decay, 1)];
  expect(bounded).toBe(-500);
  expect(free).toBeCloseTo((-0.25 * Math.exp(-1)) / Math.sqrt(1 - Math.exp(-1)), 6);
});
