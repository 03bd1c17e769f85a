/** @file Elementwise ops on one operand. */
import type { Integer } from "../integers.js";
import { formatType, isComplex, type TensorType, type Type, withElement } from "../types.js";
import type { Version } from "../versions.js";
import { inTypeClass } from "../verify-types.js";
import { type AttributeTable, defineOp, type OpView, operand } from "./define.js";
import { optional, since } from "./kinds.js";
import { checkSameShapes, type View } from "./constraints.js";
import { defaultAccuracy, resultAccuracy } from "./structs.js";

const sample = (types: string): string =>
  types.includes("F") ? "tensor<4xf32>" : types.includes("I") ? "tensor<4xi32>" : "tensor<4xi1>";

function elementwise<const Name extends string, const A extends AttributeTable>(
  name: Name,
  types: string,
  attributes: A,
  summary: string,
  infer: (op: View) => readonly Type[],
  introduced: { readonly since?: Version } = {},
) {
  return defineOp({
    name: `stablehlo.${name}`,
    summary,
    operands: [operand("operand", types)],
    attributes,
    traits: ["pure", "elementwise"],
    ...introduced,
    infer: (op: OpView<unknown>) => infer(op),
    assembly: "unary",
    example: `%0 = stablehlo.${name} %arg0 : ${sample(types)}`,
  });
}

/** A unary op whose result is of its operand's type. */
const unary = <const Name extends string>(name: Name, types: string, summary: string) =>
  elementwise(name, types, {}, summary, (op) => [op.tensor(0)]);

/** A transcendental function: the result's accuracy may be asked for, since `accuracy` of StableHLO. */
const transcendental = <const Name extends string>(
  name: Name,
  summary: string,
  accuracy: Version = "1.10.0",
  introduced: { readonly since?: Version } = {},
) => {
  const attributes = { result_accuracy: since(accuracy, optional(resultAccuracy, defaultAccuracy)) };
  const infer = (op: View): readonly Type[] => {
    const { result_accuracy: asked } = op.attributes as { result_accuracy?: typeof defaultAccuracy };
    if (asked !== undefined) checkAccuracy(op, asked);
    return [op.tensor(0)];
  };
  return elementwise(name, "FCQ", attributes, summary, infer, introduced);
};

interface Accuracy {
  readonly atol: number;
  readonly rtol: number;
  readonly ulps: Integer;
  readonly mode: string;
}

function checkAccuracy(op: View, { atol, rtol, ulps, mode }: Accuracy): void {
  op.check(
    atol >= 0 && rtol >= 0 && ulps >= 0,
    "result_accuracy",
    `tolerances must not be negative, got atol ${atol}, rtol ${rtol}, ulps ${ulps}`,
  );
  const none = atol === 0 && rtol === 0 && ulps === 0;
  op.check(mode === "TOLERANCE" || none, "result_accuracy", `mode ${mode} allows no tolerances`);
}

const partOf = (type: TensorType): TensorType =>
  isComplex(type.element) ? withElement(type, type.element === "complex<f32>" ? "f32" : "f64") : type;

const part = <const Name extends string>(name: Name, summary: string) =>
  defineOp({
    name: `stablehlo.${name}`,
    summary,
    operands: [operand("operand", "FC")],
    attributes: {},
    traits: ["pure", "elementwise"],
    infer: (op) => [partOf(op.tensor(0))],
    assembly: "unary",
    example: `%0 = stablehlo.${name} %arg0 : (tensor<4xcomplex<f32>>) -> tensor<4xf32>`,
  });

const convert = defineOp({
  name: "stablehlo.convert",
  summary: "Converts every element to the element type of the result.",
  operands: [operand("operand", "PIFC")],
  attributes: {},
  traits: ["pure", "elementwise"],
  infer: (op) => {
    const [from, to] = [op.tensor(0), op.resultTensor()];
    checkSameShapes(op, [from, to], "operand and result", "convert_c1");
    op.check(
      inTypeClass(to, "PIFC"),
      "convert_result",
      `quantised numbers are made by uniform_quantize, got ${formatType(to)}`,
    );
    return [withElement(from, to.element)];
  },
  assembly: "unary",
  example: "%0 = stablehlo.convert %arg0 : (tensor<4xf32>) -> tensor<4xbf16>",
});

const isFiniteOp = defineOp({
  name: "stablehlo.is_finite",
  summary: "Whether each element is neither an infinity nor a NaN.",
  operands: [operand("x", "FQ")],
  attributes: {},
  traits: ["pure", "elementwise"],
  infer: (op) => [withElement(op.tensor(0), "i1")],
  assembly: { template: "%x : F" },
  example: "%0 = stablehlo.is_finite %arg0 : (tensor<4xf32>) -> tensor<4xi1>",
});

export const unaryOps = [
  elementwise("abs", "SFCQ", {}, "Absolute value; of a complex number its magnitude.", (op) => [
    partOf(op.tensor(0)),
  ]),
  transcendental("cbrt", "Cube root."),
  unary("ceil", "FQ", "Rounds up."),
  convert,
  transcendental("cosine", "Cosine."),
  unary("count_leading_zeros", "I", "Number of leading zero bits."),
  transcendental("exponential", "e to the power of each element.", "1.9.0"),
  transcendental("exponential_minus_one", "e^x - 1, exact near zero."),
  unary("floor", "FQ", "Rounds down."),
  part("imag", "Imaginary part; zero for real numbers."),
  isFiniteOp,
  transcendental("log", "Natural logarithm."),
  transcendental("log_plus_one", "log(1 + x), exact near zero."),
  transcendental("logistic", "1 / (1 + e^-x)."),
  unary("negate", "IFCQ", "Negation."),
  unary("not", "PI", "Bitwise not; logical not for i1."),
  unary("popcnt", "I", "Number of one bits."),
  part("real", "Real part."),
  unary("round_nearest_afz", "FQ", "Rounds to the nearest integer, ties away from zero."),
  unary("round_nearest_even", "FQ", "Rounds to the nearest integer, ties to even."),
  transcendental("rsqrt", "1 / sqrt(x)."),
  unary("sign", "SFCQ", "Sign; of a complex number its direction."),
  transcendental("sine", "Sine."),
  transcendental("sqrt", "Square root."),
  transcendental("tan", "Tangent.", "1.10.0", { since: "1.4.0" }),
  transcendental("tanh", "Hyperbolic tangent."),
] as const;
