/** @file Layer normalisation; that of the root mean square is an op of models (`rmsNorm` of the DSL). */
import { type FloatDType, mean, rsqrt, type Tensor } from "../dsl/index.js";
import { axisNames, checkFloats, checkOperands, findAxes } from "../dsl/align.js";
import { inWide } from "../dsl/wide.js";
import { checkOptions } from "../support/options.js";

/** (x - mean(x)) / sqrt(variance(x) + epsilon) scale + bias over one or several axes; scale and bias have some of x's axes. In f32 at least. */
export function layerNorm<
  A extends string,
  D extends FloatDType,
  N extends A,
  S extends A = never,
  B extends A = never,
>(
  x: Tensor<A, D>,
  over: N | readonly N[],
  options: {
    readonly scale?: Tensor<S, D> | undefined;
    readonly bias?: Tensor<B, D> | undefined;
    readonly epsilon?: number;
  } = {},
): Tensor<A, D> {
  checkOptions("layerNorm", options, { scale: true, bias: true, epsilon: true });
  checkFloats("layerNorm", "x", x);
  findAxes("layerNorm", x, axisNames("layerNorm", x, over));
  for (const [name, given] of Object.entries({ scale: options.scale, bias: options.bias }))
    if (given !== undefined) checkOperands("layerNorm", { [name]: given });
  const { scale, bias, epsilon = 1e-5 } = options;
  return inWide(x, <E extends "f32" | "f64">(wide: Tensor<A, E>) => {
    const off = wide.sub(mean(wide, over)) as Tensor<A, E>;
    const normal = off.mul(rsqrt(mean(off.mul(off), over).add(epsilon))) as Tensor<A, E>;
    const scaled = scale === undefined ? normal : (normal.mul(scale.to(wide.dtype)) as Tensor<A, E>);
    return bias === undefined ? scaled : (scaled.add(bias.to(wide.dtype)) as Tensor<A, E>);
  });
}
