/** @file Elementwise functions between layers. */
import { erfc, expm1, type FloatDType, select, sigmoid, type Tensor } from "../dsl/index.js";
import { checkOperands } from "../dsl/align.js";

type FloatMap = <A extends string, D extends FloatDType>(x: Tensor<A, D>) => Tensor<A, D>;

/** x, of which an author hears by the function that was called, not by those that it is made of. */
function tensor<T>(op: string, x: T): T {
  checkOperands(op, { x });
  return x;
}

/** x where it is above 0, else 0. */
export const relu: FloatMap = (x) => tensor("relu", x).max(0);
/** x sigmoid(x), also called swish. */
export const silu: FloatMap = (x) => tensor("silu", x).mul(sigmoid(x)) as typeof x;
/** x times the probability that a standard normal number is below x, exactly: x/2 erfc(-x/sqrt(2)). `geluTanh` is its approximation. */
export const gelu: FloatMap = (x) =>
  tensor("gelu", x)
    .mul(0.5)
    .mul(erfc(x.mul(-Math.SQRT1_2))) as typeof x;
/** x where it is above 0, else slope x. */
export const leakyRelu = <A extends string, D extends FloatDType>(
  x: Tensor<A, D>,
  slope = 0.01,
): Tensor<A, D> => select(tensor("leakyRelu", x).ge(0), x, x.mul(slope));
/** x where it is above 0, else exp(x) - 1. */
export const elu: FloatMap = (x) => select(tensor("elu", x).gt(0), x, expm1(x.min(0)));
