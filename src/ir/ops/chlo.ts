/** @file The chlo ops that JAX emits: composed of StableHLO ops, and lowered to them before anything is serialised. */
import type { Attribute } from "../attribute.js";
import { DYNAMIC, type ElementType, formatType, unrankedType, withElement } from "../types.js";
import { sameElement } from "../verify-types.js";
import { chloBroadcastOps } from "./chlo-broadcast.js";
import { defineOp, operand } from "./define.js";
import { anyI64, attribute, bool, elements, optional } from "./kinds.js";
import { rankOf, tensors, typeList } from "./constraints.js";
import { raggedDotOps } from "./ragged-dot.js";
import { scanOps } from "./scan.js";
import { dimensionsOf, mergeTypes, tensorOf } from "./shape-checks.js";

const unary = <const Name extends string>(name: Name, types: string, summary: string) =>
  defineOp({
    name: `chlo.${name}`,
    summary,
    operands: [operand("operand", types)],
    attributes: {},
    traits: ["pure", "elementwise"],
    infer: (op) => [op.tensor(0)],
    assembly: { template: "%operand : O -> R" },
    example: `%0 = chlo.${name} %arg0 : tensor<4xf32> -> tensor<4xf32>`,
  });

/** What arc sine and arc cosine of complex numbers share; JAX's programs have it where these were decomposed in part. */
const asinAcosKernel = defineOp({
  name: "chlo._asin_acos_kernel",
  summary:
    "w with asin(z) = atan2(Re z, Re w) + i sign(Im z) Im w, and acos(z) = atan2(Re w, Re z) - i sign(Im z) Im w.",
  operands: [operand("operand", "C")],
  attributes: {},
  traits: ["pure", "elementwise"],
  infer: (op) => [op.tensor(0)],
  assembly: { template: "%operand : O -> R" },
  example: "%0 = chlo._asin_acos_kernel %arg0 : tensor<4xcomplex<f32>> -> tensor<4xcomplex<f32>>",
});

const predicate = <const Name extends string>(name: Name, summary: string) =>
  defineOp({
    name: `chlo.${name}`,
    summary,
    operands: [operand("operand", "F")],
    attributes: {},
    traits: ["pure", "elementwise"],
    infer: (op) => [withElement(op.tensor(0), "i1")],
    assembly: { template: "%operand : O -> R" },
    example: `%0 = chlo.${name} %arg0 : tensor<4xf32> -> tensor<4xi1>`,
  });

const binary = <const Name extends string>(
  name: Name,
  operands: readonly [string, string],
  types: string,
  summary: string,
) =>
  defineOp({
    name: `chlo.${name}`,
    summary,
    operands: operands.map((each) => operand(each, types)),
    attributes: {},
    traits: ["pure", "elementwise"],
    infer: (op) => {
      const types = tensors(op);
      op.check(
        sameElement(types[0]!.element, types[1]!.element),
        "chlo_operands",
        `operands must have the same element type, got ${typeList(types)}`,
      );
      return [mergeTypes(op, types, "chlo_operands")];
    },
    assembly: { template: `%${operands[0]}, %${operands[1]} : O -> R` },
    example: `%0 = chlo.${name} %arg0, %arg1 : ${types === "F" ? "tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>" : "tensor<4xi32>, tensor<4xi32> -> tensor<4xi32>"}`,
  });

const constant = defineOp({
  name: "chlo.constant",
  summary: "A tensor known at compile time.",
  operands: [],
  attributes: { value: elements },
  traits: ["pure"],
  infer: (op) => [op.attributes.value.type],
  assembly: { template: "{..} $value" },
  example: "%0 = chlo.constant dense<1> : tensor<4xi32>",
});

/** The element type of a scalar attribute. */
function elementOf(value: Attribute): ElementType | undefined {
  if (value.kind === "bool") return "i1";
  if (value.kind !== "integer" && value.kind !== "float") return undefined;
  return value.type.kind === "scalar" ? value.type.element : undefined;
}

const constantLike = defineOp({
  name: "chlo.constant_like",
  summary: "A tensor of the operand's shape, filled with one number of the number's type.",
  operands: [operand("operand", "PIFCQ")],
  attributes: { value: attribute },
  traits: ["pure"],
  infer: (op) => {
    const element = elementOf(op.attributes.value);
    op.check(
      element !== undefined && element !== "index",
      "constant_like_value",
      `value must be an integer, a float or a boolean with a type of its own, got one of kind ${op.attributes.value.kind}`,
    );
    return [withElement(op.tensor(0), element!)];
  },
  assembly: "generic",
  example:
    '%0 = "chlo.constant_like"(%arg0) <{value = 3.000000e+00 : f32}> : (tensor<2x4xi32>) -> tensor<2x4xf32>',
});

const topK = defineOp({
  name: "chlo.top_k",
  summary: "The k largest values along the last dimension, in descending order, and where they were.",
  operands: [operand("operand", "PIFCQK")],
  attributes: { k: anyI64, is_stable: optional(bool, true) },
  traits: ["pure"],
  infer: (op) => {
    const { k } = op.attributes;
    const { type } = op.operands[0]!;
    if (type.kind === "unranked") {
      op.check(k >= 0, "top_k_k", `k must not be negative, got ${k}`);
      return [type, unrankedType("i32")];
    }
    const from = op.tensor(0);
    const last = from.shape.at(-1);
    op.check(last !== undefined, "top_k_rank", `operand must have at least rank 1, got ${formatType(from)}`);
    op.check(
      k >= 0 && (last === DYNAMIC || k <= last!),
      "top_k_k",
      `k must be at most the last dimension of ${formatType(from)}, got ${k}`,
    );
    const result = dimensionsOf(from).map((d, i) =>
      i === rankOf(from) - 1 ? { size: Number(k), bound: DYNAMIC } : d,
    );
    return [tensorOf(result, from.element), tensorOf(result, "i32")];
  },
  assembly: { template: "(%operand, k = $k<, is_stable = $is_stable>?) : O -> (R)" },
  example: "%values, %indices = chlo.top_k(%arg0, k = 2) : tensor<5xf32> -> (tensor<2xf32>, tensor<2xi32>)",
});

export const chloOps = [
  asinAcosKernel,
  unary("acos", "FC", "Arc cosine."),
  unary("acosh", "FC", "Inverse hyperbolic cosine."),
  unary("asin", "FC", "Arc sine."),
  unary("asinh", "FC", "Inverse hyperbolic sine."),
  unary("atan", "FC", "Arc tangent."),
  unary("atanh", "FC", "Inverse hyperbolic tangent."),
  unary("bessel_i1e", "F", "Exponentially scaled modified Bessel function of order 1."),
  unary("conj", "FC", "Complex conjugate."),
  unary("cosh", "FC", "Hyperbolic cosine."),
  unary("sinh", "FC", "Hyperbolic sine."),
  unary("tan", "FC", "Tangent."),
  unary("digamma", "F", "Derivative of lgamma."),
  unary("erf", "F", "Error function."),
  unary("erf_inv", "F", "Inverse of the error function."),
  unary("erfc", "F", "1 - erf, exact for large arguments."),
  unary("lgamma", "F", "Logarithm of the absolute value of the gamma function."),
  unary("square", "FC", "Square."),
  predicate("is_inf", "Whether each element is an infinity."),
  predicate("is_neg_inf", "Whether each element is minus infinity."),
  predicate("is_pos_inf", "Whether each element is plus infinity."),
  binary("next_after", ["x", "y"], "F", "The next number after x in the direction of y."),
  binary("polygamma", ["n", "x"], "F", "Derivative of order n of digamma."),
  binary("zeta", ["x", "q"], "F", "Hurwitz zeta function."),
  binary("mulhi", ["lhs", "rhs"], "I", "The upper half of the bits of the product."),
  constant,
  constantLike,
  topK,
  ...chloBroadcastOps,
  ...raggedDotOps,
  ...scanOps,
] as const;
