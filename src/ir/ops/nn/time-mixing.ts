/**
 * @file Ops of the nn dialect that mix tokens: what a token gives depends on the tokens before it. Axes: b batch, t time, n heads,
 * g heads of keys and values, h head size, w attention window, k taps of a convolution, c channels.
 */
import { formatType, type TensorType } from "../../types.js";
import { defineOp, type OpView, operand } from "../define.js";
import { productPrecision } from "../enums.js";
import { f32, i64, optional, unit } from "../kinds.js";
import {
  expectAxis,
  expectElement,
  expectRank,
  expectRankAtLeast,
  expectShape,
  withoutAxis,
  withSize,
} from "../operand-checks.js";

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

const linearScan = defineOp({
  name: "nn.linear_scan",
  summary:
    "h_t = a_t h_{t-1} + x_t along `axis`, with an f32 carry; a_t = 0 forgets. h0 and the last state have x's axes without that one.",
  operands: [operand("x", float), operand("a", float), operand("h0", float)],
  attributes: { axis: i64, reverse: unit, strided },
  traits: ["pure", "recurrent"],
  timeAxes: ({ attributes: { axis } }) => ({ operands: [axis, axis, undefined], results: [axis, undefined] }),
  infer: (op) => {
    const [x, a, h0] = [op.tensor(0), op.tensor(1), op.tensor(2)];
    const { axis } = op.attributes;
    expectRankAtLeast(op, "x", x, 1);
    expectAxis(op, "x", x, axis, x.shape.length);
    expectStrided(op, x.shape[axis]!);
    op.check(a === x, "a_type", `a must be like x, ${formatType(x)}, got ${formatType(a)}`);
    expectShape(op, "h0", h0, withoutAxis(x.shape, axis));
    expectElement(op, "h0", h0, "f32");
    return [x, h0];
  },
  assembly: "generic",
  example:
    '%0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64}> : (tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x4xf32>) -> (tensor<2x5x4xf32>, tensor<2x4xf32>)',
});

const causalConv1d = defineOp({
  name: "nn.causal_conv1d",
  summary:
    "Convolution of each channel (x's last axis) with its k taps along `axis`, which does not cross the start of a document (segment_pos 0); tail is the k-1 inputs before x.",
  operands: [
    operand("x", float),
    operand("w", float),
    operand("bias", float),
    operand("segment_pos", "I"),
    operand("tail", float),
  ],
  attributes: { axis: i64, strided },
  traits: ["pure"],
  timeAxes: ({ attributes: { axis } }) => ({
    operands: [axis, undefined, undefined, axis, undefined],
    results: [axis, undefined],
  }),
  infer: (op) => {
    const [x, w, bias, segmentPos, tail] = [
      op.tensor(0),
      op.tensor(1),
      op.tensor(2),
      op.tensor(3),
      op.tensor(4),
    ];
    const { axis } = op.attributes;
    expectRankAtLeast(op, "x", x, 2);
    expectRank(op, "w", w, 2);
    const tokens = x.shape.slice(0, -1);
    const channels = x.shape.at(-1)!;
    expectAxis(op, "x", x, axis, tokens.length);
    expectStrided(op, x.shape[axis]!);
    const taps = w.shape[1]!;
    expectShape(op, "w", w, [channels, taps]);
    op.check(taps > 0, "taps", `w must have a tap, got ${formatType(w)}`);
    expectShape(op, "bias", bias, [channels]);
    expectShape(op, "segment_pos", segmentPos, tokens);
    expectShape(op, "tail", tail, withSize(x.shape, axis, taps - 1));
    for (const [name, type] of Object.entries({ w, bias, tail })) expectElement(op, name, type, x.element);
    return [x, tail];
  },
  assembly: "generic",
  example:
    '%0:2 = "nn.causal_conv1d"(%x, %w, %b, %pos, %tail) <{axis = 1 : i64}> : (tensor<2x5x4xf32>, tensor<4x4xf32>, tensor<4xf32>, tensor<2x5xi32>, tensor<2x3x4xf32>) -> (tensor<2x5x4xf32>, tensor<2x3x4xf32>)',
});

/** Operands and results of a convolution's gradient are those of the convolution itself, but for the new tail. */
const causalConv1dGradient = defineOp({
  name: "nn.causal_conv1d_gradient",
  summary:
    "Cotangents of x, w, bias and tail of nn.causal_conv1d, given g, that of its first result. Sums over tokens are in f32, rounded once.",
  operands: [...causalConv1d.operands, operand("g", float)],
  attributes: causalConv1d.attributes,
  traits: ["pure"],
  timeAxes: ({ attributes: { axis } }) => ({
    operands: [axis, undefined, undefined, axis, undefined, axis],
    results: [axis, undefined, undefined, undefined],
  }),
  infer: (op) => {
    const [x, tail] = causalConv1d.infer(op) as [TensorType, TensorType];
    const g = op.tensor(5);
    op.check(g === x, "g_type", `g must be like x, ${formatType(x)}, got ${formatType(g)}`);
    return [x, op.tensor(1), op.tensor(2), tail];
  },
  assembly: "generic",
  example:
    '%0:4 = "nn.causal_conv1d_gradient"(%x, %w, %b, %pos, %tail, %g) <{axis = 1 : i64}> : (tensor<2x5x4xf32>, tensor<4x4xf32>, tensor<4xf32>, tensor<2x5xi32>, tensor<2x3x4xf32>, tensor<2x5x4xf32>) -> (tensor<2x5x4xf32>, tensor<4x4xf32>, tensor<4xf32>, tensor<2x3x4xf32>)',
});

const shiftRows = defineOp({
  name: "nn.shift_rows",
  summary:
    "Rows of x moved along `axis` to later places by as many as edge has, edge before them; with `reverse` to earlier places, edge after them.",
  operands: [operand("x", "PIFC"), operand("edge", "PIFC")],
  attributes: { axis: i64, reverse: unit, strided },
  traits: ["pure"],
  timeAxes: ({ attributes: { axis } }) => ({ operands: [axis, undefined], results: [axis] }),
  infer: (op) => {
    const [x, edge] = [op.tensor(0), op.tensor(1)];
    const { axis } = op.attributes;
    expectRankAtLeast(op, "x", x, 1);
    expectAxis(op, "x", x, axis, x.shape.length);
    const time = x.shape[axis]!;
    expectStrided(op, time);
    expectRank(op, "edge", edge, x.shape.length);
    const count = edge.shape[axis]!;
    op.check(count <= time, "edge_rows", `edge must have at most the ${time} rows of x, got ${count}`);
    expectShape(op, "edge", edge, withSize(x.shape, axis, count));
    expectElement(op, "edge", edge, x.element);
    return [x];
  },
  assembly: "generic",
  example:
    '%0 = "nn.shift_rows"(%x, %edge) <{axis = 1 : i64}> : (tensor<2x5x4xf32>, tensor<2x1x4xf32>) -> tensor<2x5x4xf32>',
});

const attention = defineOp({
  name: "nn.attention",
  summary:
    "Attention of each token to itself and the w tokens before it in its document, w the slots of the cache, where position p lies in slot p mod w; with `growing` to all tokens before it, position p in slot p: then a sequence of more than w tokens before is NaN. k and v [b, t, g, h]: each of the g heads serves n / g heads of q in a row; without g, one serves all. Scores are multiplied by `scale`, and with `soft_cap` c become c tanh(score / c).",
  operands: [
    operand("q", float),
    operand("k", float),
    operand("v", float),
    operand("segment_pos", "I"),
    operand("cache_k", float),
    operand("cache_v", float),
    operand("num_tokens", "I"),
  ],
  attributes: { scale: f32, soft_cap: optional(f32), growing: unit, strided, precision: productPrecision },
  traits: ["pure"],
  timeAxes: () => ({ operands: [1, 1, 1, 1, undefined, undefined, undefined], results: [1] }),
  infer: (op) => {
    const [q, k, v, segmentPos] = [op.tensor(0), op.tensor(1), op.tensor(2), op.tensor(3)];
    const [cacheK, cacheV, numTokens] = [op.tensor(4), op.tensor(5), op.tensor(6)];
    expectRank(op, "q", q, 4);
    const [b, t, heads, h] = q.shape as [number, number, number, number];
    expectStrided(op, t);
    const kvHeads = k.shape.length === 4 ? [k.shape[2]!] : [];
    op.check(
      kvHeads.every((count) => count > 0 && heads % count === 0),
      "kv_heads",
      `the ${heads} heads of q must be a multiple of those of k, ${formatType(k)}`,
    );
    expectShape(op, "k", k, [b, t, ...kvHeads, h]);
    expectShape(op, "v", v, k.shape);
    expectShape(op, "segment_pos", segmentPos, [b, t]);
    expectRank(op, "cache_k", cacheK, k.shape.length);
    expectShape(op, "cache_k", cacheK, withSize(k.shape, 1, cacheK.shape[1]!));
    expectShape(op, "cache_v", cacheV, cacheK.shape);
    const { growing = false, soft_cap: cap = 1 } = op.attributes;
    op.check(
      growing || cacheK.shape[1]! > 0,
      "window",
      `the window must have a slot, got ${formatType(cacheK)}`,
    );
    op.check(cap > 0, "soft_cap", `soft_cap must be above 0, got ${cap}`);
    expectShape(op, "num_tokens", numTokens, [b]);
    const rows = { k, v, cache_k: cacheK, cache_v: cacheV };
    for (const [name, type] of Object.entries(rows)) expectElement(op, name, type, q.element);
    return [q];
  },
  assembly: "generic",
  example:
    '%0 = "nn.attention"(%q, %k, %v, %pos, %cache_k, %cache_v, %n) <{scale = 5.000000e-01 : f32}> : (tensor<2x5x6x4xf32>, tensor<2x5x3x4xf32>, tensor<2x5x3x4xf32>, tensor<2x5xi32>, tensor<2x8x3x4xf32>, tensor<2x8x3x4xf32>, tensor<2xi32>) -> tensor<2x5x6x4xf32>',
});

const kvCacheUpdate = defineOp({
  name: "nn.kv_cache_update",
  summary:
    "A cache [b, w, ..] with rows [b, t, ..] written, of which the last has position segment_pos[:, -1]: position p goes to slot p mod w; with `growing` to slot p, where there is one.",
  operands: [operand("cache", float), operand("rows", float), operand("segment_pos", "I")],
  attributes: { growing: unit },
  traits: ["pure"],
  infer: (op) => {
    const [cache, rows, segmentPos] = [op.tensor(0), op.tensor(1), op.tensor(2)];
    expectRankAtLeast(op, "cache", cache, 2);
    expectRank(op, "rows", rows, cache.shape.length);
    expectShape(op, "rows", rows, withSize(cache.shape, 1, rows.shape[1]!));
    op.check(cache.shape[1]! > 0, "window", `the window must have a slot, got ${formatType(cache)}`);
    op.check(rows.shape[1]! > 0, "rows_count", `there must be a row to write, got ${formatType(rows)}`);
    expectElement(op, "rows", rows, cache.element);
    expectShape(op, "segment_pos", segmentPos, rows.shape.slice(0, 2));
    return [cache];
  },
  assembly: "generic",
  example:
    '%0 = "nn.kv_cache_update"(%cache, %rows, %pos) : (tensor<2x8x4xf32>, tensor<2x5x4xf32>, tensor<2x5xi32>) -> tensor<2x8x4xf32>',
});

export const timeMixingOps = [
  linearScan,
  causalConv1d,
  causalConv1dGradient,
  shiftRows,
  attention,
  kvCacheUpdate,
] as const;
