/** @file StableHLO's elementwise families: unary, binary, compare, select, clamp, convert. */
import { formatType, type TensorType, withElement } from "../types.js";
import { type AttributesOf, defineOp, type OpView, operand, type Trait } from "./define.js";
import { enumKind, optional } from "./kinds.js";

type View = OpView<unknown>;

function sameShape(op: View, a: TensorType, b: TensorType, constraint: string): void {
  const equal =
    a.shape.length === b.shape.length &&
    a.shape.every((n, i) => n === b.shape[i] || n < 0 || b.shape[i]! < 0);
  op.check(equal, constraint, `operands must have the same shape, got ${formatType(a)} and ${formatType(b)}`);
}

/** A unary op whose result is of its operand's type. */
function unary<const Name extends string>(name: Name, types: string, summary: string) {
  return defineOp({
    name: `stablehlo.${name}`,
    summary,
    operands: [operand("operand", types)],
    attributes: {},
    traits: ["pure", "elementwise"],
    infer: (op) => [op.tensor(0)],
    assembly: "unary",
    example: `%0 = stablehlo.${name} %arg0 : tensor<4x${types.includes("F") ? "f32" : "i32"}>`,
  });
}

/** A binary op on two operands of one type. */
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
      sameShape(op, lhs, rhs, `${name}_c1`);
      op.check(
        lhs.element === rhs.element || typeof lhs.element !== "string",
        `${name}_c1`,
        `operands must have the same element type, got ${formatType(lhs)} and ${formatType(rhs)}`,
      );
      return [lhs];
    },
    assembly: "binary",
    example: `%0 = stablehlo.${name} %arg0, %arg1 : tensor<4x${types.includes("F") ? "f32" : types.includes("I") ? "i32" : "i1"}>`,
  });
}

const compare = defineOp({
  name: "stablehlo.compare",
  summary: "Compares elementwise; floats by value, or by total order with compare_type TOTALORDER.",
  operands: [operand("lhs", "PIFCQ"), operand("rhs", "PIFCQ")],
  attributes: {
    comparison_direction: enumKind("comparison_direction", ["EQ", "NE", "GE", "GT", "LE", "LT"]),
    compare_type: optional(
      enumKind("comparison_type", ["NOTYPE", "FLOAT", "TOTALORDER", "SIGNED", "UNSIGNED"]),
    ),
  },
  traits: ["pure", "elementwise"],
  infer: (op) => {
    const [lhs, rhs] = [op.tensor(0), op.tensor(1)];
    sameShape(op, lhs, rhs, "compare_c1");
    op.check(
      lhs.element === rhs.element,
      "compare_c1",
      `operands differ: ${formatType(lhs)} and ${formatType(rhs)}`,
    );
    return [withElement(lhs, "i1")];
  },
  assembly: "custom",
  example: "%0 = stablehlo.compare LT, %arg0, %arg1, FLOAT : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>",
});

/** The typed attributes of compare. */
export type CompareAttributes = AttributesOf<(typeof compare)["attributes"]>;

export const elementwiseOps = [
  unary("abs", "SFCQ", "Absolute value."),
  unary("negate", "IFCQ", "Negation."),
  binary("add", "PIFCQA", ["commutative"], "Sum; logical or for i1."),
  binary("multiply", "PIFCQ", ["commutative"], "Product; logical and for i1."),
  compare,
] as const;
