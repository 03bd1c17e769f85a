import { expect, it } from "vitest";
import { timeSteps } from "../../../src/ir/analysis/time-steps.js";
import { parseModule } from "../../../src/ir/text/index.js";

it.each([
  [0, 2, "7x4"],
  [1, 7, "2x4"],
  [2, 4, "2x7"],
])("a scan along axis %d has %d steps, in any function", (axis, steps, state) => {
  const x = "tensor<2x7x4xf32>";
  const h = `tensor<${state}xf32>`;
  const text = `func.func private @f(%x: ${x}, %h: ${h}) {
  %0:2 = "nn.linear_scan"(%x, %x, %h) <{axis = ${axis} : i64}> : (${x}, ${x}, ${h}) -> (${x}, ${h})
  return
}`;
  expect(timeSteps(parseModule(text))).toBe(steps);
});

it("a program that mixes no tokens has one step", () => {
  expect(timeSteps(parseModule("func.func @main(%tokens: tensor<1x512xi32>) {\n  return\n}"))).toBe(1);
});
