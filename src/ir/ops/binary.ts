/** @file Elementwise ops on two operands of one type. */
import { formatType } from "../types.js";
import { sameElement } from "../verify-types.js";
import { defineOp, operand, type Trait } from "./define.js";
import { checkSumQuantisation } from "./quantisation.js";
import { checkSameElements, tensors } from "./constraints.js";
import { mergeTypes } from "./shape-checks.js";

const sample = (types: string): string =>
  types.includes("F") ? "tensor<4xf32>" : types.includes("I") ? "tensor<4xi32>" : "tensor<4xi1>";

function binary<const Name extends string>(
  name: Name,
  types: string,
  traits: readonly Trait[],
  summary: string,
) {
  return defineOp({
    name: `stablehlo.${name}`,
    summary,
    operands: [operand("lhs", types), operand("rhs", types)],
    attributes: {},
    traits: ["pure", "elementwise", ...traits],
    infer: (op) => {
      const [lhs, rhs] = [op.tensor(0), op.tensor(1)];
      op.check(
        sameElement(lhs.element, rhs.element),
        `${name}_c1`,
        `operands must have the same element type, got ${formatType(lhs)} and ${formatType(rhs)}`,
      );
      return [mergeTypes(op, [lhs, rhs], `${name}_c1`)];
    },
    assembly: "binary",
    example: `%0 = stablehlo.${name} %arg0, %arg1 : ${sample(types)}`,
  });
}

const add = defineOp({
  name: "stablehlo.add",
  summary: "Sum; logical or for i1.",
  operands: [operand("lhs", "PIFCQA"), operand("rhs", "PIFCQA")],
  attributes: {},
  traits: ["pure", "elementwise", "commutative"],
  infer: (op) => {
    const operands = tensors(op);
    const sum = mergeTypes(op, operands, "add_c1");
    const result = op.resultTypes.length === 0 ? sum : op.resultTensor();
    if (checkSumQuantisation(op, operands[0]!, operands[1]!, result))
      return [mergeTypes(op, [result, sum], "add_c1")];
    checkSameElements(op, operands, "operands", "add_c1");
    return [sum];
  },
  assembly: "binary",
  example: "%0 = stablehlo.add %arg0, %arg1 : tensor<4xf32>",
});

export const binaryOps = [
  add,
  binary("and", "PI", ["commutative"], "Bitwise and; logical and for i1."),
  binary("atan2", "FCQ", [], "Angle of the point (rhs, lhs)."),
  binary("divide", "IFCQ", [], "Quotient; integers round towards zero."),
  binary("maximum", "PIFCQ", ["commutative"], "Larger of both; logical or for i1; NaN wins."),
  binary("minimum", "PIFCQ", ["commutative"], "Smaller of both; logical and for i1; NaN wins."),
  binary("multiply", "PIFCQ", ["commutative"], "Product; logical and for i1."),
  binary("or", "PI", ["commutative"], "Bitwise or; logical or for i1."),
  binary("power", "IFCQ", [], "lhs to the power of rhs."),
  binary("remainder", "IFCQ", [], "Remainder of the division, with the sign of lhs."),
  binary("shift_left", "I", [], "lhs shifted left by rhs bits."),
  binary("shift_right_arithmetic", "I", [], "lhs shifted right by rhs bits, keeping the sign."),
  binary("shift_right_logical", "I", [], "lhs shifted right by rhs bits, filling with zeros."),
  binary("subtract", "IFCQ", [], "Difference."),
  binary("xor", "PI", ["commutative"], "Bitwise exclusive or; logical for i1."),
] as const;
