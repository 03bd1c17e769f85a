/** @file Elementwise functions between layers. */
import { erfc, expm1, type FloatDType, select, sigmoid, type Tensor } from "../dsl/index.js";

type FloatMap = <A extends string, D extends FloatDType>(x: Tensor<A, D>) => Tensor<A, D>;

/** x where it is above 0, else 0. */
export const relu: FloatMap = (x) => x.max(0);
/** x sigmoid(x), also called swish. */
export const silu: FloatMap = (x) => x.mul(sigmoid(x)) as typeof x;
/** x times the probability that a standard normal number is below x, exactly: x/2 erfc(-x/sqrt(2)). `geluTanh` is its approximation. */
export const gelu: FloatMap = (x) => x.mul(0.5).mul(erfc(x.mul(-Math.SQRT1_2))) as typeof x;
/** x where it is above 0, else slope x. */
export const leakyRelu = <A extends string, D extends FloatDType>(
  x: Tensor<A, D>,
  slope = 0.01,
): Tensor<A, D> => select(x.ge(0), x, x.mul(slope));
/** x where it is above 0, else exp(x) - 1. */
export const elu: FloatMap = (x) => select(x.gt(0), x, expm1(x.min(0)));
