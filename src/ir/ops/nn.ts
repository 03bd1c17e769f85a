/**
 * @file The nn dialect: general ops of neural networks that a pass wants to see whole. Each carries its meaning as a decomposition into
 * StableHLO (src/lowering/decompose) and is lowered by a strategy of the target. Axes: b batch, t time, d model, e recurrence width,
 * n heads, h head size, w attention window, k conv width.
 */
import { formatType, isFloat, type TensorType, tensorType, withElement } from "../types.js";
import { defineOp, type OpView, operand, type RowAxes, type RowView } from "./define.js";
import { expectElement, expectRank, expectShape } from "./operand-checks.js";
import { f32, i64, optional, unit } from "./kinds.js";

const float = "F";

/** Factor n of the strided layout of all time operands and results: token t of T is row (t mod n) T/n + t div n; 1 is the order of time. */
const strided = optional(i64, 1);

function expectStrided(
  op: OpView<unknown> & { readonly attributes: { readonly strided?: number | undefined } },
  time: number,
): void {
  const { strided: factor = 1 } = op.attributes;
  op.check(
    factor >= 1 && time % factor === 0,
    "strided",
    `strided must divide the ${time} tokens, got ${factor}`,
  );
}

/** The rows of an op that computes along the last axis of its first operand, the only one that holds rows. */
function outerRows({ operands, results }: RowView<unknown>, axis: number): RowAxes | undefined {
  const rank = (operands[0]!.type as TensorType).shape.length;
  if (axis >= rank - 1) return undefined;
  return { operands: operands.map((_, i) => (i === 0 ? axis : undefined)), results: results.map(() => axis) };
}

/** An op that only moves rows along `axis`, between the order of time and the strided layout of `factor`. */
function layoutCast<const Name extends string>(name: Name, summary: string) {
  return defineOp({
    name: `nn.${name}`,
    summary,
    operands: [operand("x", "PIFC")],
    attributes: { axis: i64, factor: i64 },
    traits: ["pure"],
    rowAxes: ({ attributes }, axis) =>
      axis === attributes.axis ? undefined : { operands: [axis], results: [axis] },
    infer: (op) => {
      const x = op.tensor(0);
      const { axis, factor } = op.attributes;
      const size = x.shape[axis];
      op.check(size !== undefined, "axis", `axis must be one of ${formatType(x)}, got ${axis}`);
      op.check(
        factor >= 1 && size! % factor === 0,
        "factor",
        `factor must divide the ${size} rows, got ${factor}`,
      );
      return [x];
    },
    assembly: "generic",
    example: `%0 = "nn.${name}"(%x) <{axis = 1 : i64, factor = 2 : i64}> : (tensor<2x6x4xf32>) -> tensor<2x6x4xf32>`,
  });
}

const linearScan = defineOp({
  name: "nn.linear_scan",
  summary:
    "h_t = a_t * h_{t-1} + x_t over time with an f32 carry (spec/reference-model section 3); a_t = 0 forgets.",
  operands: [operand("x", float), operand("a", float), operand("h0", float)],
  attributes: { reverse: unit, strided },
  traits: ["pure", "recurrent"],
  timeAxes: () => ({ operands: [1, 1, undefined], results: [1, undefined] }),
  infer: (op) => {
    const [x, a, h0] = [op.tensor(0), op.tensor(1), op.tensor(2)];
    expectRank(op, "x", x, 3);
    expectStrided(op, x.shape[1]!);
    op.check(a === x, "a_type", `a must be like x, ${formatType(x)}, got ${formatType(a)}`);
    expectShape(op, "h0", h0, [x.shape[0]!, x.shape[2]!]);
    expectElement(op, "h0", h0, "f32");
    return [x, h0];
  },
  assembly: "generic",
  example:
    '%0:2 = "nn.linear_scan"(%x, %a, %h0) : (tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x4xf32>) -> (tensor<2x5x4xf32>, tensor<2x4xf32>)',
});

const blockDiagonalDot = defineOp({
  name: "nn.block_diagonal_dot",
  summary: "Splits the last axis of x into n blocks and multiplies block j by w_j [in, out].",
  operands: [operand("x", float), operand("w", float)],
  attributes: {},
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

const causalConv1d = defineOp({
  name: "nn.causal_conv1d",
  summary:
    "Depthwise causal convolution over time that does not cross the start of a document; tail is the k-1 inputs before x (spec 2.5, 8.3).",
  operands: [
    operand("x", float),
    operand("w", float),
    operand("bias", float),
    operand("segment_pos", "I"),
    operand("tail", float),
  ],
  attributes: { strided },
  traits: ["pure"],
  timeAxes: () => ({ operands: [1, undefined, undefined, 1, undefined], results: [1, undefined] }),
  infer: (op) => {
    const [x, w, bias, segmentPos, tail] = [
      op.tensor(0),
      op.tensor(1),
      op.tensor(2),
      op.tensor(3),
      op.tensor(4),
    ];
    expectRank(op, "x", x, 3);
    expectRank(op, "w", w, 2);
    const [b, t, e] = x.shape as [number, number, number];
    expectStrided(op, t);
    const taps = w.shape[1]!;
    expectShape(op, "w", w, [e, taps]);
    expectShape(op, "bias", bias, [e]);
    expectShape(op, "segment_pos", segmentPos, [b, t]);
    expectShape(op, "tail", tail, [b, taps - 1, e]);
    for (const [name, type] of Object.entries({ w, bias, tail })) expectElement(op, name, type, x.element);
    return [x, tail];
  },
  assembly: "generic",
  example:
    '%0:2 = "nn.causal_conv1d"(%x, %w, %b, %pos, %tail) : (tensor<2x5x4xf32>, tensor<4x4xf32>, tensor<4xf32>, tensor<2x5xi32>, tensor<2x3x4xf32>) -> (tensor<2x5x4xf32>, tensor<2x3x4xf32>)',
});

const localAttention = defineOp({
  name: "nn.local_attention",
  summary:
    "Multi-query attention of each token to itself and the w tokens before it in its document; the ring holds w earlier keys and values, position p in slot p mod w (spec 2.7).",
  operands: [
    operand("q", float),
    operand("k", float),
    operand("v", float),
    operand("segment_pos", "I"),
    operand("ring_k", float),
    operand("ring_v", float),
    operand("num_tokens", "I"),
  ],
  attributes: { scale: f32, strided },
  traits: ["pure"],
  timeAxes: () => ({ operands: [1, 1, 1, 1, undefined, undefined, undefined], results: [1] }),
  infer: (op) => {
    const [q, k, v, segmentPos] = [op.tensor(0), op.tensor(1), op.tensor(2), op.tensor(3)];
    const [ringK, ringV, numTokens] = [op.tensor(4), op.tensor(5), op.tensor(6)];
    expectRank(op, "q", q, 4);
    const [b, t, , h] = q.shape as [number, number, number, number];
    expectStrided(op, t);
    expectShape(op, "k", k, [b, t, h]);
    expectShape(op, "v", v, [b, t, h]);
    expectShape(op, "segment_pos", segmentPos, [b, t]);
    expectRank(op, "ring_k", ringK, 3);
    expectShape(op, "ring_k", ringK, [b, ringK.shape[1]!, h]);
    expectShape(op, "ring_v", ringV, ringK.shape);
    op.check(ringK.shape[1]! > 0, "window", `the window must have a slot, got ${formatType(ringK)}`);
    expectShape(op, "num_tokens", numTokens, [b]);
    const rows = { k, v, ring_k: ringK, ring_v: ringV };
    for (const [name, type] of Object.entries(rows)) expectElement(op, name, type, q.element);
    return [q];
  },
  assembly: "generic",
  example:
    '%0 = "nn.local_attention"(%q, %k, %v, %pos, %ring_k, %ring_v, %n) <{scale = 5.000000e-01 : f32}> : (tensor<2x5x3x4xf32>, tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x5xi32>, tensor<2x8x4xf32>, tensor<2x8x4xf32>, tensor<2xi32>) -> tensor<2x5x3x4xf32>',
});

const kvCacheUpdate = defineOp({
  name: "nn.kv_cache_update",
  summary:
    "Writes rows [b, t, h] that end at position segment_pos[:, -1] into the ring [b, w, h], position p in slot p mod w.",
  operands: [operand("ring", float), operand("rows", float), operand("segment_pos", "I")],
  attributes: {},
  traits: ["pure"],
  infer: (op) => {
    const [ring, rows, segmentPos] = [op.tensor(0), op.tensor(1), op.tensor(2)];
    expectRank(op, "ring", ring, 3);
    expectRank(op, "rows", rows, 3);
    expectShape(op, "rows", rows, [ring.shape[0]!, rows.shape[1]!, ring.shape[2]!]);
    expectElement(op, "rows", rows, ring.element);
    expectShape(op, "segment_pos", segmentPos, rows.shape.slice(0, 2));
    return [ring];
  },
  assembly: "generic",
  example:
    '%0 = "nn.kv_cache_update"(%ring, %rows, %pos) : (tensor<2x8x4xf32>, tensor<2x5x4xf32>, tensor<2x5xi32>) -> tensor<2x8x4xf32>',
});

const rmsNorm = defineOp({
  name: "nn.rms_norm",
  summary: "x * rsqrt(mean(x^2) + epsilon) * (1 + scale) over the last axis (spec 2.2).",
  operands: [operand("x", float), operand("scale", float)],
  attributes: { epsilon: f32 },
  traits: ["pure"],
  rowAxes: outerRows,
  infer: (op) => {
    const [x, scale] = [op.tensor(0), op.tensor(1)];
    op.check(x.shape.length > 0, "x_rank", `x must have an axis, got ${formatType(x)}`);
    expectShape(op, "scale", scale, x.shape.slice(-1));
    expectElement(op, "scale", scale, x.element);
    return [x];
  },
  assembly: "generic",
  example:
    '%0 = "nn.rms_norm"(%x, %g) <{epsilon = 1.000000e-06 : f32}> : (tensor<2x5x4xf32>, tensor<4xf32>) -> tensor<2x5x4xf32>',
});

const rotary = defineOp({
  name: "nn.rotary",
  summary:
    "Rotates the first `dims` channels of the last axis by position, split-half pairs; the rest passes through (spec 2.7).",
  operands: [operand("x", float), operand("position", "I")],
  attributes: { dims: i64, base: f32 },
  traits: ["pure"],
  rowAxes: (op, axis) => {
    const rows = outerRows(op, axis);
    return rows && { ...rows, operands: [axis, axis < 2 ? axis : undefined] };
  },
  infer: (op) => {
    const [x, position] = [op.tensor(0), op.tensor(1)];
    const { dims } = op.attributes;
    op.check(x.shape.length >= 3, "x_rank", `x must be [b, t, .., h], got ${formatType(x)}`);
    op.check(
      dims % 2 === 0 && dims > 0 && dims <= x.shape.at(-1)!,
      "dims",
      `dims must be even and at most the last axis of ${formatType(x)}, got ${dims}`,
    );
    expectShape(op, "position", position, x.shape.slice(0, 2));
    return [x];
  },
  assembly: "generic",
  example:
    '%0 = "nn.rotary"(%x, %pos) <{base = 1.000000e+04 : f32, dims = 2 : i64}> : (tensor<2x5x3x4xf32>, tensor<2x5xi32>) -> tensor<2x5x3x4xf32>',
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

export const nnOps = [
  linearScan,
  blockDiagonalDot,
  causalConv1d,
  localAttention,
  kvCacheUpdate,
  rmsNorm,
  rotary,
  elementwise("gelu_tanh", "The tanh approximation of GeLU (spec 2.4)."),
  layoutCast(
    "to_strided",
    "Rows in the order of time to the strided layout: row t goes to (t mod factor) T/factor + t div factor.",
  ),
  layoutCast("to_ordered", "Rows in the strided layout to the order of time: the inverse of to_strided."),
  elementwise("softplus", "log(1 + exp(x)), without overflow."),
] as const;
