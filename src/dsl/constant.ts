/** @file Tensors that are known when the program is written. */
import { type ArrayOf, encodeArray, type Numbers } from "../program/index.js";
import { rawElements } from "../ir/elements.js";
import { type Axis, checkDeclared, describe, type DType, type NamesOf, sizesOf } from "./axis.js";
import { checkOperands } from "./align.js";
import { range, select } from "./elementwise.js";
import { ShapeError } from "./errors.js";
import { Tensor } from "./tensor.js";
import { builderHere, currentTrace } from "./trace.js";

/**
 * A constant from data: numbers, flat in row-major order or as lists in lists, or the typed array of the elements (`Float32Array` for f32;
 * complex numbers as parts in turn). `constant([[1, 2], [3, 4]], [rows, columns], "f32")`. It becomes part of the program's text: weights are
 * parameters. @throws ShapeError for another number of elements, and numbers that the type does not have
 */
export function constant<const L extends readonly Axis[], D extends DType>(
  data: Numbers | ArrayOf<D>,
  axes: L,
  dtype: D,
): Tensor<NamesOf<L>, D> {
  checkDeclared(axes, dtype);
  const encoded = encodeArray(dtype, sizesOf(axes), data);
  if (!("bytes" in encoded)) {
    throw new ShapeError({ message: `constant: the data do not fit ${describe(axes, dtype)}`, ...encoded });
  }
  const value = rawElements(currentTrace().typeOf(axes, dtype), encoded.bytes.slice());
  return new Tensor(axes, dtype, builderHere().create("stablehlo.constant", [], { value }).result);
}

/** 1 at the index along `along`, else 0; all 0 for an index that the axis does not have. `along` comes first. */
export function oneHot<A extends string, I extends "i32" | "i64", N extends string, D extends DType = "f32">(
  indices: Tensor<A, I>,
  along: Axis<N>,
  dtype = "f32" as D,
): Tensor<A | N, D> {
  checkOperands("oneHot", { indices });
  const chosen = indices.expand(along).eq(range(along, indices.dtype) as Tensor<N, I>) as Tensor<A | N, "i1">;
  if (dtype === "i1") return chosen as unknown as Tensor<A | N, D>;
  return select(chosen, 1, 0, dtype);
}
