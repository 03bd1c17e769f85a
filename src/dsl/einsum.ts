/** @file einsum: the product of any number of tensors, summed over the axes that the result does not have. */
import { checkDTypes, checkList, checkSizes } from "./align.js";
import { type Axis, describe, type DType, indexOf } from "./axis.js";
import { ShapeError, TraceError } from "./errors.js";
import { type DotOptions, dot, sum, DOT_OPTIONS } from "./reduce.js";
import { transpose } from "./shape.js";
import { Tensor } from "./tensor.js";
import type { TensorData } from "./trace.js";
import { checkOptions } from "../support/options.js";

type NamesOfTensor<X> = X extends Tensor<infer A, infer _> ? A : never;
type NamesIn<T extends readonly TensorData[]> = NamesOfTensor<T[number]>;
type TypeIn<T extends readonly TensorData[]> = T[number]["dtype"];

const asTensor = ({ axes, dtype, value }: TensorData): Tensor<string, DType> =>
  new Tensor(axes, dtype, value);

/**
 * The product of all operands, of which axes of one name pair up, summed over all axes that are not in `axes`; those come in that order:
 * `einsum([q, k], ["batch", "query", "key"])`. Products are taken from the left to the right.
 * @throws ShapeError for an axis that no operand has, and sizes that differ
 */
export function einsum<const T extends readonly TensorData[], const L extends readonly NamesIn<T>[]>(
  operands: T,
  axes: L,
  options: DotOptions = {},
): Tensor<L[number], TypeIn<T>> {
  checkOptions("einsum", options, DOT_OPTIONS);
  checkList("einsum", "the operands", operands, 'einsum([q, k], ["batch", "query", "key"])');
  checkList("einsum", "the axes of the result", axes, 'einsum([q, k], ["batch", "query", "key"])');
  const names: readonly string[] = axes;
  const labels = operands.map((_, i) => `operand ${i}`);
  const [first, ...others] = operands;
  if (first === undefined) throw new TraceError({ message: "einsum: no operands given" });
  checkDTypes("einsum", operands, labels);
  checkSizes("einsum", operands, labels);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  const unknown = twice ?? names.find((name) => operands.every((operand) => indexOf(operand.axes, name) < 0));
  if (unknown !== undefined) {
    throw new ShapeError({
      message:
        twice === undefined
          ? `einsum: no operand has an axis "${unknown}"`
          : `einsum: axis "${unknown}" is given twice`,
      details: operands.map((operand, i) => `operand ${i}: ${describe(operand.axes, operand.dtype)}`),
    });
  }
  const product = others.reduce<Tensor<string, DType>>((x, operand, i) => {
    const needed = new Set([
      ...names,
      ...others.slice(i + 1).flatMap((later) => later.axes.map(({ name }) => name)),
    ]);
    const free = ({ name }: Axis, other: TensorData): boolean =>
      !needed.has(name) && indexOf(other.axes, name) < 0;
    const left = without(
      x,
      x.axes.filter((axis) => free(axis, operand)),
    );
    const right = without(
      asTensor(operand),
      operand.axes.filter((axis) => free(axis, x)),
    );
    const over = left.axes.filter(({ name }) => indexOf(right.axes, name) >= 0 && !needed.has(name));
    return dot(
      left,
      right,
      over.map(({ name }) => name),
      options,
    ) as TensorData as Tensor<string, DType>;
  }, asTensor(first));
  const summed = without(
    product,
    product.axes.filter(({ name }) => !names.includes(name)),
  );
  const made = names.every((name, i) => summed.axes[i]!.name === name) ? summed : transpose(summed, names);
  return made as TensorData as Tensor<L[number], TypeIn<T>>;
}

/** Summed over axes, if there are any. */
const without = (x: Tensor<string, DType>, axes: readonly Axis[]): Tensor<string, DType> =>
  axes.length === 0
    ? x
    : (sum(
        x,
        axes.map(({ name }) => name),
      ) as TensorData as Tensor<string, DType>);
