/** @file Sums and exponentials in f32 at least, whatever the type of what goes in and comes out. */
import type { FloatDType } from "./axis.js";
import type { Tensor } from "./tensor.js";

/** `f` of x in f32, or in f64 where x is that; the result rounded once, to x's type. */
export function inWide<A extends string, D extends FloatDType, R extends string>(
  x: Tensor<A, D>,
  f: <E extends "f32" | "f64">(x: Tensor<A, E>) => Tensor<R, E>,
): Tensor<R, D> {
  return x.dtype === "f64" ? f(x.to("f64")).to(x.dtype) : f(x.to("f32")).to(x.dtype);
}
