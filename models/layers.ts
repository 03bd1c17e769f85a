/** @file Layers that models share: matrices with and without biases, norms, short convolutions. */
import {
  type Axis,
  axis,
  causalConv1d,
  dot,
  fill,
  parameter,
  rmsNorm,
  scope,
  state,
  type Tensor,
} from "../src/dsl/index.js";
import type { ComputeDType } from "../src/model/index.js";

/** The residual stream, and anything of its axes. */
export type Residual = Tensor<"batch" | "time" | "model", ComputeDType>;

/** Each token's place in its document: 0 starts one, negative places are padding. */
export type Position = Tensor<"batch" | "time", "i32">;

/** x W^T (+ b), weights stored [out, in]. */
export function linear<A extends string, From extends A, To extends string>(
  name: string,
  x: Tensor<A, ComputeDType>,
  from: Axis<From>,
  to: Axis<To>,
  options: { readonly bias?: boolean } = {},
) {
  return scope(name, () => {
    const product = dot(x, parameter("weight", [to, from], x.dtype), from.name);
    return options.bias === true ? product.add(parameter("bias", [to], x.dtype)) : product;
  });
}

/** x / rms(x) (offset + w) along the model's width (arXiv 1910.07467). */
export function norm<A extends string>(
  name: string,
  x: Tensor<A | "model", ComputeDType>,
  options: { readonly epsilon: number; readonly offset?: number },
): Tensor<A | "model", ComputeDType> {
  const scale = scope(name, () => parameter("weight", [x.axis("model")], x.dtype));
  return rmsNorm(x, scale, options);
}

/** A few taps for each channel, within its document: x [batch, time, channels] -> the same; what came just before is the state `tail`. */
export function convolution<C extends string>(
  x: Tensor<"batch" | "time" | C, ComputeDType>,
  position: Position,
  {
    channels,
    width,
    bias,
  }: {
    readonly channels: Axis<Exclude<C, "batch" | "time">>;
    readonly width: number;
    readonly bias: boolean;
  },
): Tensor<"batch" | "time" | C, ComputeDType> {
  return scope("conv1d", () => {
    const taps = axis("tap", width);
    const tail = state("tail", [x.axis("batch"), axis("tail", width - 1), channels], x.dtype);
    const { y, tail: next } = causalConv1d({
      x,
      w: parameter("weight", [channels, taps], x.dtype),
      bias: bias ? parameter("bias", [channels], x.dtype) : fill(0, [channels], x.dtype),
      segmentPos: position,
      tail: tail.value,
      axis: "time",
      taps: "tap",
    });
    tail.update(next);
    return y;
  });
}
