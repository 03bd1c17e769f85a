/** @file To quantised numbers and back. */
import { formatType, isQuantized, withElement } from "../types.js";
import { defineOp, operand } from "./define.js";
import { checkSameShapes } from "./constraints.js";

const uniformQuantize = defineOp({
  name: "stablehlo.uniform_quantize",
  summary: "Quantises floats, or requantises.",
  operands: [operand("operand", "FQA")],
  attributes: {},
  traits: ["pure", "elementwise"],
  infer: (op) => {
    const [from, to] = [op.tensor(0), op.resultTensor()];
    checkSameShapes(op, [from, to], "operand and result", "uniform_quantize_c1");
    const expressed = isQuantized(from.element) ? from.element.expressed : from.element;
    op.check(
      isQuantized(to.element) && to.element.expressed === expressed,
      "uniform_quantize_c2",
      `the result must be quantised and express ${expressed}, got ${formatType(to)}`,
    );
    return [withElement(from, to.element)];
  },
  assembly: "unary",
  example: "%0 = stablehlo.uniform_quantize %arg0 : (tensor<4xf32>) -> tensor<4x!quant.uniform<i8:f32, 0.5>>",
});

const uniformDequantize = defineOp({
  name: "stablehlo.uniform_dequantize",
  summary: "The floats that quantised numbers stand for.",
  operands: [operand("operand", "QA")],
  attributes: {},
  traits: ["pure", "elementwise"],
  infer: (op) => {
    const from = op.tensor(0);
    return [isQuantized(from.element) ? withElement(from, from.element.expressed) : from];
  },
  assembly: "unary",
  example:
    "%0 = stablehlo.uniform_dequantize %arg0 : (tensor<4x!quant.uniform<i8:f32, 0.5>>) -> tensor<4xf32>",
});

export const quantisedOps = [uniformQuantize, uniformDequantize] as const;
