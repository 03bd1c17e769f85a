/**
 * @file The ops of Griffin as a model author calls them: one line each, their meaning in src/ir/ops/griffin.ts. How they are
 * computed is the lowering's choice. Axis names are the notation of the paper: batch, time, lru (recurrence width), heads,
 * head (channels of a head), window.
 */
import type { Value } from "../ir/operation.js";
import { checkSizes, ordered } from "./align.js";
import { type Axis, describe, type FloatDType, indexOf } from "./axis.js";
import { ShapeError } from "./errors.js";
import { Tensor } from "./tensor.js";
import { builderHere, type TensorData } from "./trace.js";

/** The axes of a tensor in the given order. */
const axesIn = (t: TensorData, order: readonly string[]): Axis[] =>
  order.map((name) => t.axes[indexOf(t.axes, name)]!);

/** The one axis beside batch and time. */
const channelOf = (t: TensorData): string =>
  t.axes.find((a) => a.name !== "batch" && a.name !== "time")?.name ?? "channel";

/**
 * h_t = a_t h_{t-1} + x_t along time, the carry in f32 whatever the inputs. x, a [batch, time, C]; h0 [batch, C] f32. With
 * `reverse`, from the last time to the first. a = 0 forgets what came before. `last` is the h that the scan ends with.
 */
export function linearScan<A extends string, D extends FloatDType>(args: {
  readonly x: Tensor<A, D>;
  readonly a: Tensor<A, D>;
  readonly h0: Tensor<Exclude<A, "time">, "f32">;
  readonly reverse?: boolean;
}): { readonly y: Tensor<A, D>; readonly last: Tensor<Exclude<A, "time">, "f32"> } {
  const { x, a, h0 } = args;
  const order = ["batch", "time", channelOf(x)];
  const carried = ["batch", channelOf(x)];
  const operands = [
    ordered("linearScan", "x", x, order),
    ordered("linearScan", "a", a, order),
    ordered("linearScan", "h0", h0, carried),
  ];
  checkSizes("linearScan", [x, a, h0], ["x", "a", "h0"]);
  const scan = builderHere().create(
    "nn.linear_scan",
    operands,
    args.reverse === true ? { axis: 1, reverse: true } : { axis: 1 },
  );
  return {
    y: new Tensor(axesIn(x, order), x.dtype, scan.results[0]!),
    last: new Tensor(axesIn(x, carried), "f32", scan.results[1]!),
  };
}

/** x with its last axis split into n blocks, block j multiplied by w_j: w [blocks, in, out]; the axis keeps its name. */
export function blockDiagonal<A extends string, B extends string, D extends FloatDType>(
  x: Tensor<A, D>,
  w: Tensor<B, D>,
): Tensor<A, D> {
  const last = x.axes.at(-1);
  const [blocks, inputs, outputs] = w.axes;
  if (last === undefined || w.axes.length !== 3 || last.size !== blocks!.size * inputs!.size) {
    throw new ShapeError({
      message: "blockDiagonal: the last axis of x must be the blocks of w times their inputs",
      details: [`x: ${describe(x.axes, x.dtype)}`, `w: ${describe(w.axes, w.dtype)}`],
      hint: "w is [blocks, in, out]",
    });
  }
  const product = builderHere().create("nn.block_diagonal_dot", [x.value, w.value], {}).result;
  const size = blocks!.size * outputs!.size;
  return new Tensor([...x.axes.slice(0, -1), { name: last.name, size }], x.dtype, product);
}

/**
 * Depthwise convolution over the k latest inputs of the same document: y_t = bias + sum_s w[k-1-s] x_{t-s}. `tail` holds
 * the k-1 inputs before x; the result's `tail` those before what follows. w [C, tap].
 */
export function causalConv1d<A extends string, D extends FloatDType>(args: {
  readonly x: Tensor<A, D>;
  readonly w: Tensor<Exclude<A, "batch" | "time"> | "tap", D>;
  readonly bias: Tensor<Exclude<A, "batch" | "time">, D>;
  readonly segmentPos: Tensor<"batch" | "time", "i32">;
  readonly tail: Tensor<Exclude<A, "time"> | "tail", D>;
}): { readonly y: Tensor<A, D>; readonly tail: Tensor<Exclude<A, "time"> | "tail", D> } {
  const { x, w, bias, segmentPos, tail } = args;
  const order = ["batch", "time", channelOf(x)];
  const tailOrder = ["batch", "tail", channelOf(x)];
  const operands = [
    ordered("causalConv1d", "x", x, order),
    ordered("causalConv1d", "w", w, [channelOf(x), "tap"]),
    ordered("causalConv1d", "bias", bias, [channelOf(x)]),
    ordered("causalConv1d", "segmentPos", segmentPos, ["batch", "time"]),
    ordered("causalConv1d", "tail", tail, tailOrder),
  ];
  const conv = builderHere().create("nn.causal_conv1d", operands, { axis: 1 });
  return {
    y: new Tensor(axesIn(x, order), x.dtype, conv.results[0]!),
    tail: new Tensor(axesIn(tail, tailOrder), x.dtype, conv.results[1]!),
  };
}

/** The keys and values of the last w tokens, position p in slot p mod w. */
export interface Ring<D extends FloatDType> {
  readonly keys: Tensor<"batch" | "window" | "head", D>;
  readonly values: Tensor<"batch" | "window" | "head", D>;
}

/**
 * Multi-query attention of each token to itself and to the w tokens before it in its document, w being the ring's size.
 * q [batch, time, heads, head]; k, v [batch, time, head]; numTokens [batch]: how many tokens of the document came before.
 */
export function localAttention<D extends FloatDType>(args: {
  readonly q: Tensor<"batch" | "time" | "heads" | "head", D>;
  readonly k: Tensor<"batch" | "time" | "head", D>;
  readonly v: Tensor<"batch" | "time" | "head", D>;
  readonly segmentPos: Tensor<"batch" | "time", "i32">;
  readonly ring: Ring<D>;
  readonly numTokens: Tensor<"batch", "i32">;
  /** Multiplies the scores. */
  readonly scale: number;
}): Tensor<"batch" | "time" | "heads" | "head", D> {
  const { q, k, v, segmentPos, ring, numTokens } = args;
  const order = ["batch", "time", "heads", "head"];
  const row = ["batch", "time", "head"];
  const slot = ["batch", "window", "head"];
  const at = (name: string, t: TensorData, names: readonly string[]): Value =>
    ordered("localAttention", name, t, names);
  const operands = [
    at("q", q, order),
    at("k", k, row),
    at("v", v, row),
    at("segmentPos", segmentPos, ["batch", "time"]),
    at("ring.keys", ring.keys, slot),
    at("ring.values", ring.values, slot),
    at("numTokens", numTokens, ["batch"]),
  ];
  const value = builderHere().create("nn.local_attention", operands, { scale: args.scale }).result;
  return new Tensor(axesIn(q, order), q.dtype, value);
}

/** The ring with the rows [batch, time, head] written, which end at position segmentPos[:, -1]. */
export function kvCacheUpdate<D extends FloatDType>(
  ring: Tensor<"batch" | "window" | "head", D>,
  rows: Tensor<"batch" | "time" | "head", D>,
  segmentPos: Tensor<"batch" | "time", "i32">,
): Tensor<"batch" | "window" | "head", D> {
  const operands = [
    ordered("kvCacheUpdate", "ring", ring, ["batch", "window", "head"]),
    ordered("kvCacheUpdate", "rows", rows, ["batch", "time", "head"]),
    ordered("kvCacheUpdate", "segmentPos", segmentPos, ["batch", "time"]),
  ];
  const value = builderHere().create("nn.kv_cache_update", operands, {}).result;
  return new Tensor(axesIn(ring, ["batch", "window", "head"]), ring.dtype, value);
}

/**
 * x rsqrt(mean(x^2) + epsilon) (offset + scale) over the axis of `scale`, which must be the last of x. `offset` (0 unless given) is 1
 * where a model stores the distance of its scale from 1.
 */
export function rmsNorm<A extends string, N extends A, D extends FloatDType>(
  x: Tensor<A, D>,
  scale: Tensor<N, D>,
  { epsilon, offset = 0 }: { readonly epsilon: number; readonly offset?: number },
): Tensor<A, D> {
  const last = x.axes.at(-1);
  if (
    last === undefined ||
    scale.axes.length !== 1 ||
    scale.axes[0]!.name !== last.name ||
    scale.axes[0]!.size !== last.size
  ) {
    throw new ShapeError({
      message: "rmsNorm: scale must have the last axis of x",
      details: [`x: ${describe(x.axes, x.dtype)}`, `scale: ${describe(scale.axes, scale.dtype)}`],
    });
  }
  return new Tensor(
    x.axes,
    x.dtype,
    builderHere().create("nn.rms_norm", [x.value, scale.value], { epsilon, offset }).result,
  );
}

/**
 * Rotates the first `dims` channels of the last axis by the position, in split-half pairs with frequencies base^(-2i/dims).
 * x [batch, time, ..., C].
 */
export function rotary<A extends string, D extends FloatDType>(
  x: Tensor<A, D>,
  position: Tensor<"batch" | "time", "i32">,
  options: { readonly dims: number; readonly base: number },
): Tensor<A, D> {
  const [first, second] = x.axes;
  if (first?.name !== "batch" || second?.name !== "time") {
    throw new ShapeError({
      message: "rotary: the first axes of x must be batch and time",
      got: describe(x.axes, x.dtype),
      hint: "bring them to the front: transpose(x, [...])",
    });
  }
  const operands = [x.value, ordered("rotary", "position", position, ["batch", "time"])];
  return new Tensor(
    x.axes,
    x.dtype,
    builderHere().create("nn.rotary", operands, { ...options, position_dims: [0, 1] }).result,
  );
}
