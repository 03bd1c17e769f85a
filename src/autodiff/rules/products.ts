/** @file Products of all elements but one, without a division, in log2 n steps. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import { tensorType } from "../../ir/types.js";
import { filled } from "../arithmetic.js";

/** Rows along the last axis, moved towards its end by `by`; ones come in. */
function movedBy(e: Emitter, x: Value, by: number): Value {
  const shape = shapeOf(x);
  const last = shape.length - 1;
  const count = shape[last]!;
  const ones = filled(e, tensorType([...shape.slice(0, last), Math.min(by, count)], typeOf(x).element), 1);
  return by >= count ? ones : e.concat([ones, e.slice(x, last, 0, count - by)], last);
}

/** The product of all elements before each, along the last axis. */
function productsBefore(e: Emitter, x: Value): Value {
  const count = shapeOf(x).at(-1)!;
  let product = movedBy(e, x, 1);
  for (let by = 1; by < count; by *= 2) product = e.mul(product, movedBy(e, product, by));
  return product;
}

/** For each element of x the product of all others over `dimensions`, of x's shape; x has elements. */
export function exclusiveProducts(e: Emitter, x: Value, dimensions: readonly number[]): Value {
  const shape = shapeOf(x);
  const kept = shape.flatMap((_, i) => (dimensions.includes(i) ? [] : [i]));
  const order = [...kept, ...dimensions];
  const moved = e.transpose(x, order);
  const count = dimensions.reduce((product, i) => product * shape[i]!, 1);
  const rows = e.reshape(moved, [...kept.map((i) => shape[i]!), count]);
  const last = kept.length;
  const before = productsBefore(e, rows);
  const after = e.reverse(productsBefore(e, e.reverse(rows, last)), last);
  const back = order.map((_, dim) => order.indexOf(dim));
  return e.transpose(e.reshape(e.mul(before, after), shapeOf(moved)), back);
}
