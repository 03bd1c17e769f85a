/** @file What a tensor is without its elements: axes and element type, declared before it is there. */
import { type Type, tensorType } from "../ir/types.js";
import { type Axis, checkDeclared, type DType, type NamesOf, sizesOf } from "./axis.js";
import type { Tensor } from "./tensor.js";

/** Axes and element type of a tensor. */
export interface Spec<A extends string = string, D extends DType = DType> {
  readonly axes: readonly Axis<A>[];
  readonly dtype: D;
}

/** The tensor that a spec is of. */
export type TensorOf<S> = S extends Spec<infer A, infer D> ? Tensor<A, D> : never;

/** Declares a tensor: `spec([batch, model], "f32")`. @throws ShapeError for two axes of one name, or an element type that is none */
export function spec<const L extends readonly Axis[], D extends DType>(
  axes: L,
  dtype: D,
): Spec<NamesOf<L>, D> {
  checkDeclared(axes, dtype);
  return { axes, dtype };
}

/** The type in the IR. */
export const typeOfSpec = ({ axes, dtype }: Spec): Type => tensorType(sizesOf(axes), dtype);
