/** @file For tests: axes of the DSL and the tensors of a program's interface, one as the other. */
import type { Axis } from "../../src/dsl/index.js";
import type { Result } from "../../src/program/index.js";
import type { BufferElementType } from "../../src/support/buffer-element-types.js";

/** The named axes of a result. */
export const axesOf = ({ axes, dimensions }: Result): readonly Axis[] =>
  axes.map((name, i) => ({ name, size: dimensions[i]! }));

/** What an interface says of a tensor with these axes, beside its role and name. */
export const interfaceTensor = (axes: readonly Axis[], elementType: BufferElementType) => ({
  axes: axes.map(({ name }) => name),
  elementType,
  dimensions: axes.map(({ size }) => size),
});
