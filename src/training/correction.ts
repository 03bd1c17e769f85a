/** @file What a mean over few steps, which began with zeros, lacks. */
import { expm1, neg } from "../dsl/index.js";
import type { Scalar } from "./tensors.js";

/** 1 - b^count, exact where b is near 1. */
export const correction = (b: number, count: Scalar): Scalar =>
  b === 0 ? count.mul(0).add(1) : neg(expm1(count.mul(Math.log(b))));
