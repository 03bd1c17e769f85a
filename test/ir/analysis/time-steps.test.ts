import { expect, it } from "vitest";
import { timeSteps } from "../../../src/ir/analysis/time-steps.js";
import { defineDialect } from "../../../src/ir/dialect.js";
import { defineOp, operand } from "../../../src/ir/ops/define.js";
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

it("a selective scan has as many steps as its axis of time", () => {
  const [x, h] = ["tensor<4x7xf32>", "tensor<4x3xf32>"];
  const text = `func.func @main(%x: ${x}, %a: ${h}, %b: tensor<7x3xf32>, %n: tensor<i32>, %one: tensor<f32>) {
  %0:2 = "nn.selective_scan"(%x, %one, %a, %b, %b, %n, %a) <{a_dims = array<i64: 0, 2>, axis = 1 : i64, b_dims = array<i64: 1, 2>, c_dims = array<i64: 1, 2>, delta_dims = array<i64>, segment_dims = array<i64>, states = 1 : i64}> : (${x}, tensor<f32>, ${h}, tensor<7x3xf32>, tensor<7x3xf32>, tensor<i32>, ${h}) -> (${x}, ${h})
  return
}`;
  expect(timeSteps(parseModule(text))).toBe(7);
});

it("an op of an added dialect that says where time lies has its steps", () => {
  const walk = defineOp({
    name: "mine.walk",
    summary: "Walks along axis 1.",
    operands: [operand("x", "F")],
    attributes: {},
    traits: ["pure"],
    timeAxis: () => 1,
    infer: (op) => [op.tensor(0)],
    assembly: "generic",
    example: '%0 = "mine.walk"(%x) : (tensor<2x9xf32>) -> tensor<2x9xf32>',
  });
  const mine = defineDialect({ name: "mine", ops: [walk], forms: {}, decompositions: {} });
  const text = `func.func @main(%x: tensor<2x9xf32>) {\n  ${walk.example}\n  return\n}`;
  expect(timeSteps(parseModule(text, { dialects: [mine] }))).toBe(9);
});

it("a program that mixes no tokens has one step", () => {
  expect(timeSteps(parseModule("func.func @main(%tokens: tensor<1x512xi32>) {\n  return\n}"))).toBe(1);
});
