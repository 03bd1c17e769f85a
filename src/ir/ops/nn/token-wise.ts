/** @file Ops of the nn dialect that compute each token by itself. The last axis holds a token's channels. */
import { formatType, isFloat, tensorType, withElement } from "../../types.js";
import { defineOp, operand, type RowAxes, rowShape, type RowView } from "../define.js";
import { productPrecision } from "../enums.js";
import { f32, f32Array, i64, i64Array, optional } from "../kinds.js";
import { expectElement, expectRank, expectRankAtLeast, expectShape } from "../operand-checks.js";

const float = "F";

/** The rows of an op that computes along the last axis of its first operand, the only one that holds rows. */
function outerRows({ operands, results }: RowView<unknown>, axis: number): RowAxes | undefined {
  if (axis >= rowShape(operands[0]!).length - 1) return undefined;
  return { operands: operands.map((_, i) => (i === 0 ? axis : undefined)), results: results.map(() => axis) };
}

const blockDiagonalDot = defineOp({
  name: "nn.block_diagonal_dot",
  summary: "Splits the last axis of x into n blocks and multiplies block j by w_j [in, out].",
  operands: [operand("x", float), operand("w", float)],
  attributes: { precision: productPrecision },
  traits: ["pure"],
  rowAxes: outerRows,
  infer: (op) => {
    const [x, w] = [op.tensor(0), op.tensor(1)];
    expectRank(op, "w", w, 3);
    const [blocks, inputs, outputs] = w.shape as [number, number, number];
    const width = x.shape.at(-1);
    op.check(
      width === blocks * inputs,
      "x_blocks",
      `the last axis of x must be ${blocks} blocks of ${inputs}, got ${formatType(x)}`,
    );
    expectElement(op, "w", w, x.element);
    return [tensorType([...x.shape.slice(0, -1), blocks * outputs], x.element)];
  },
  assembly: "generic",
  example:
    '%0 = "nn.block_diagonal_dot"(%x, %w) : (tensor<2x5x4xf32>, tensor<2x2x3xf32>) -> tensor<2x5x6xf32>',
});

const rmsNorm = defineOp({
  name: "nn.rms_norm",
  summary:
    "x rsqrt(mean(x^2) + epsilon) (offset + scale) over the last axis, in f32, rounded once. `offset` is 0 where the scale is stored itself (Llama), 1 where its distance from 1 is (RecurrentGemma).",
  operands: [operand("x", float), operand("scale", float)],
  attributes: { epsilon: f32, offset: f32, precision: productPrecision },
  traits: ["pure"],
  rowAxes: outerRows,
  infer: (op) => {
    const [x, scale] = [op.tensor(0), op.tensor(1)];
    expectRankAtLeast(op, "x", x, 1);
    expectShape(op, "scale", scale, x.shape.slice(-1));
    expectElement(op, "scale", scale, x.element);
    return [x];
  },
  assembly: "generic",
  example:
    '%0 = "nn.rms_norm"(%x, %g) <{epsilon = 1.000000e-06 : f32, offset = 1.000000e+00 : f32}> : (tensor<2x5x4xf32>, tensor<4xf32>) -> tensor<2x5x4xf32>',
});

const rotary = defineOp({
  name: "nn.rotary",
  summary:
    "Rotates the pairs (i, i + dims/2) of the first `dims` channels of the last axis by position / base^(2i/dims) (RoFormer, section 3.2.2), with `scaling` times its number i; the rest passes through. Axis j of position is axis position_dims[j] of x.",
  operands: [operand("x", float), operand("position", "I")],
  attributes: {
    dims: i64,
    base: f32,
    scaling: optional(f32Array),
    position_dims: i64Array,
    precision: productPrecision,
  },
  traits: ["pure"],
  rowAxes: (op, axis) => {
    const rows = outerRows(op, axis);
    const held = op.attributes.position_dims.indexOf(axis);
    return rows && { ...rows, operands: [axis, held < 0 ? undefined : held] };
  },
  infer: (op) => {
    const [x, position] = [op.tensor(0), op.tensor(1)];
    const { dims, position_dims: axes, scaling } = op.attributes;
    expectRankAtLeast(op, "x", x, 1);
    op.check(
      dims % 2 === 0 && dims > 0 && dims <= x.shape.at(-1)!,
      "dims",
      `dims must be even and at most the last axis of ${formatType(x)}, got ${dims}`,
    );
    op.check(
      scaling === undefined || scaling.length === dims / 2,
      "scaling",
      `scaling must have ${dims / 2} numbers, one a pair, got ${scaling?.length}`,
    );
    op.check(
      axes.every((axis, i) => axis > (axes[i - 1] ?? -1) && axis < x.shape.length - 1),
      "position_dims",
      `position_dims must be axes of ${formatType(x)} before its last, each after the other, got [${axes.join(", ")}]`,
    );
    expectShape(
      op,
      "position",
      position,
      axes.map((axis) => x.shape[axis]!),
    );
    return [x];
  },
  assembly: "generic",
  example:
    '%0 = "nn.rotary"(%x, %pos) <{base = 1.000000e+04 : f32, dims = 2 : i64, position_dims = array<i64: 0, 1>}> : (tensor<2x5x3x4xf32>, tensor<2x5xi32>) -> tensor<2x5x3x4xf32>',
});

function elementwise<const Name extends string>(name: Name, summary: string) {
  return defineOp({
    name: `nn.${name}`,
    summary,
    operands: [operand("x", float)],
    attributes: {},
    traits: ["pure", "elementwise"],
    infer: (op) => {
      const x = op.tensor(0);
      op.check(isFloat(x.element), "x_element", `x must hold floats, got ${formatType(x)}`);
      return [withElement(x, x.element)];
    },
    assembly: "generic",
    example: `%0 = "nn.${name}"(%x) : (tensor<2x5x4xf32>) -> tensor<2x5x4xf32>`,
  });
}

export const tokenWiseOps = [
  blockDiagonalDot,
  rmsNorm,
  rotary,
  elementwise("gelu_tanh", "The tanh approximation of GeLU, in f32, rounded once."),
  elementwise("softplus", "log(1 + exp(x)), without overflow."),
] as const;
