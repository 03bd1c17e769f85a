/** @file The elementwise families: unary, binary, and compare, select, clamp, complex, reduce_precision. */
import { formatType, withElement } from "../types.js";
import { sameElement, sameShape } from "../verify-types.js";
import { binaryOps } from "./binary.js";
import { defineOp, operand } from "./define.js";
import { comparisonDirection, comparisonType } from "./enums.js";
import { i32 } from "./kinds.js";
import { checkSameShapes, rankOf, tensors, typeList } from "./constraints.js";
import { mergeTypes } from "./shape-checks.js";
import { unaryOps } from "./unary.js";

const compare = defineOp({
  name: "stablehlo.compare",
  summary: "Compares elementwise; floats by value, or by total order with compare_type TOTALORDER.",
  operands: [operand("lhs", "PIFCQ"), operand("rhs", "PIFCQ")],
  attributes: { comparison_direction: comparisonDirection, compare_type: comparisonType },
  traits: ["pure", "elementwise"],
  infer: (op) => {
    const operands = tensors(op);
    const [lhs, rhs] = [operands[0]!, operands[1]!];
    checkSameShapes(op, operands, "operands", "compare_c2");
    op.check(
      sameElement(lhs.element, rhs.element),
      "compare_c1",
      `operands must have the same element type, got ${typeList(operands)}`,
    );
    return [withElement(lhs, "i1")];
  },
  assembly: "custom",
  example: "%0 = stablehlo.compare LT, %arg0, %arg1, FLOAT : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>",
});

const select = defineOp({
  name: "stablehlo.select",
  summary: "Takes each element of on_true where pred holds, else of on_false; pred may be a scalar.",
  operands: [operand("pred", "P"), operand("on_true", "PIFCQ"), operand("on_false", "PIFCQ")],
  attributes: {},
  traits: ["pure", "elementwise"],
  infer: (op) => {
    const [pred, onTrue, onFalse] = [op.tensor(0), op.tensor(1), op.tensor(2)];
    op.check(
      sameElement(onTrue.element, onFalse.element),
      "select_c2",
      `on_true and on_false must be of one type, got ${formatType(onTrue)} and ${formatType(onFalse)}`,
    );
    const merged = mergeTypes(op, [onTrue, onFalse], "select_c2");
    op.check(
      rankOf(pred) === 0 || sameShape(pred, onTrue),
      "select_c1",
      `pred must be a scalar or of the shape of the others, got ${formatType(pred)} and ${formatType(onTrue)}`,
    );
    return [merged];
  },
  assembly: "custom",
  example: "%0 = stablehlo.select %arg0, %arg1, %arg2 : tensor<4xi1>, tensor<4xf32>",
});

const clamp = defineOp({
  name: "stablehlo.clamp",
  summary: "Limits each element to [min, max]; both may be scalars.",
  operands: [operand("min", "PIFCQ"), operand("operand", "PIFCQ"), operand("max", "PIFCQ")],
  attributes: {},
  traits: ["pure", "elementwise"],
  infer: (op) => {
    const [min, x, max] = [op.tensor(0), op.tensor(1), op.tensor(2)];
    op.check(
      rankOf(min) === 0 || sameShape(min, x),
      "clamp_c1",
      `min must be a scalar or shaped like the operand, got ${formatType(min)} and ${formatType(x)}`,
    );
    op.check(
      rankOf(max) === 0 || sameShape(max, x),
      "clamp_c2",
      `max must be a scalar or shaped like the operand, got ${formatType(max)} and ${formatType(x)}`,
    );
    op.check(
      sameElement(min.element, x.element) && sameElement(max.element, x.element),
      "clamp_c3",
      `min, operand and max must have the same element type, got ${typeList([min, x, max])}`,
    );
    return [x];
  },
  assembly: { template: "%min, %operand, %max : T" },
  example: "%0 = stablehlo.clamp %arg0, %arg1, %arg2 : tensor<4xf32>",
});

const complex = defineOp({
  name: "stablehlo.complex",
  summary: "Complex numbers from their real and imaginary parts.",
  operands: [operand("lhs", "F"), operand("rhs", "F")],
  attributes: {},
  traits: ["pure", "elementwise"],
  infer: (op) => {
    const [re, im] = [op.tensor(0), op.tensor(1)];
    const { element } = re;
    op.check(
      element === "f32" || element === "f64",
      "complex_i1",
      `parts must be f32 or f64, got ${formatType(re)}`,
    );
    op.check(
      element === im.element && sameShape(re, im),
      "complex_c1",
      `parts must be of one type, got ${formatType(re)} and ${formatType(im)}`,
    );
    return [withElement(re, element === "f64" ? "complex<f64>" : "complex<f32>")];
  },
  assembly: "custom",
  example: "%0 = stablehlo.complex %arg0, %arg1 : tensor<4xcomplex<f32>>",
});

const reducePrecision = defineOp({
  name: "stablehlo.reduce_precision",
  summary: "Rounds to a float format with these many bits, and back.",
  operands: [operand("operand", "FQ")],
  attributes: { exponent_bits: i32, mantissa_bits: i32 },
  traits: ["pure", "elementwise"],
  infer: (op) => {
    const { exponent_bits: exponent, mantissa_bits: mantissa } = op.attributes;
    op.check(exponent >= 1, "reduce_precision_c2", `exponent_bits must be positive, got ${exponent}`);
    op.check(mantissa >= 0, "reduce_precision_c3", `mantissa_bits must not be negative, got ${mantissa}`);
    return [op.tensor(0)];
  },
  assembly: "custom",
  example: "%0 = stablehlo.reduce_precision %arg0, format = e8m7 : tensor<4xf32>",
});

export const elementwiseOps = [
  ...unaryOps,
  ...binaryOps,
  compare,
  select,
  clamp,
  complex,
  reducePrecision,
] as const;
