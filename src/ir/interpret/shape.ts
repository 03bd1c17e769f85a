/**
 * @file Rules of the ops that make and rearrange elements: constant, iota, reshape, slices, pad,
 * concatenate.
 */
import { elementCount, isFloat, isComplex, type ScalarValueType, type TensorType } from "../types.js";
import type { OperationOf, OpName } from "../ops/index.js";
import { InterpretError, numbersOf, whereOf } from "./errors.js";
import type { TensorRule } from "./machine.js";
import * as movement from "./movement.js";
import { stridesOf, Tensor } from "./tensor.js";

const resultType = (operation: OperationOf<OpName>): TensorType => operation.result.type as TensorType;

/** A scalar is a tensor of rank 0 here. */
const arithConstant: TensorRule<"arith.constant"> = (operation) => {
  const { value } = operation.attributes;
  if (value.kind === "elements") return [Tensor.fromElements(value.value)];
  if (value.kind === "bool") return [Tensor.fromBooleans([], [value.value])];
  const { element } = value.type as ScalarValueType;
  return value.kind === "float"
    ? [Tensor.fromFloats([], element, [value.value])]
    : [Tensor.fromIntegers([], element, [value.value])];
};

const constant: TensorRule<"sdy.constant" | "stablehlo.constant"> = (operation) => {
  const { value } = operation.attributes;
  if ("data" in value) return [Tensor.fromElements(value, resultType(operation))];
  throw new InterpretError({
    message: "the elements of a constant were left out of the text (__elided__), so it cannot be run",
    where: whereOf(operation),
    hint: "print the program again with all of its constants",
  });
};

/** 0, 1, 2 ... along one dimension. */
export function iota({ shape, element }: Pick<TensorType, "shape" | "element">, dimension: number): Tensor {
  const counts: number[] = [];
  movement.forEachIndex(shape, (index) => {
    counts.push(index[dimension]!);
  });
  if (isFloat(element)) return Tensor.fromFloats(shape, element, counts);
  if (isComplex(element))
    return Tensor.fromFloats(
      shape,
      element,
      counts.flatMap((count) => [count, 0]),
    );
  return Tensor.fromIntegers(shape, element, counts.map(BigInt));
}

/** Starts pushed into the range where a slice of `sizes` fits. */
export const clampStarts = (
  starts: readonly number[],
  sizes: readonly number[],
  shape: readonly number[],
): number[] => starts.map((start, d) => Math.min(Math.max(start, 0), shape[d]! - sizes[d]!));

const scalars = (operands: readonly Tensor[]): number[] => operands.flatMap((x) => x.numbers);

const dynamicSlice: TensorRule<"stablehlo.dynamic_slice"> = (operation, [x, ...starts]) => {
  const sizes = numbersOf(operation, operation.attributes.slice_sizes);
  return [movement.slice(x!, clampStarts(scalars(starts), sizes, x!.shape), sizes)];
};

const dynamicUpdateSlice: TensorRule<"stablehlo.dynamic_update_slice"> = (_, [x, update, ...starts]) => {
  const start = clampStarts(scalars(starts), update!.shape, x!.shape);
  const result = x!.copy();
  const strides = stridesOf(x!.shape);
  const base = movement.positionOf(start, strides);
  movement.place(update!, result, (index) => base + movement.positionOf(index, strides));
  return [result];
};

/** `x` among copies of `value`: so many before, after and between its elements; negative edges cut. */
export function pad(
  x: Tensor,
  value: Tensor,
  low: readonly number[],
  high: readonly number[],
  interior: readonly number[],
): Tensor {
  const shape = x.shape.map((size, d) => low[d]! + size + Math.max(size - 1, 0) * interior[d]! + high[d]!);
  const result = movement.filled(value, shape);
  const strides = stridesOf(shape);
  movement.place(x, result, (index) => {
    const target = index.map((at, d) => low[d]! + at * (interior[d]! + 1));
    return movement.isInside(target, shape) ? movement.positionOf(target, strides) : undefined;
  });
  return result;
}

const padRule: TensorRule<"stablehlo.pad"> = (operation, [x, value]) => {
  const { edge_padding_low: low, edge_padding_high: high, interior_padding: interior } = operation.attributes;
  const numbers = [low, high, interior].map((values) => numbersOf(operation, values));
  return [pad(x!, value!, ...(numbers as [number[], number[], number[]]))];
};

const concatenate: TensorRule<"stablehlo.concatenate"> = (operation, inputs) => {
  const { dimension } = operation.attributes;
  const total = inputs.reduce((sum, input) => sum + input.shape[dimension]!, 0);
  const shape = inputs[0]!.shape.map((size, d) => (d === dimension ? total : size));
  const result = Tensor.zeros(shape, inputs[0]!.element);
  const strides = stridesOf(shape);
  let before = 0;
  for (const input of inputs) {
    const base = before * strides[dimension]!;
    movement.place(input, result, (index) => base + movement.positionOf(index, strides));
    before += input.shape[dimension]!;
  }
  return [result];
};

const reverse: TensorRule<"stablehlo.reverse"> = (operation, [x]) => {
  const { dimensions } = operation.attributes;
  const strides = stridesOf(x!.shape);
  const steps = strides.map((stride, d) => (dimensions.includes(d) ? -stride : stride));
  const base = dimensions.reduce((sum, d) => sum + (x!.shape[d]! - 1) * strides[d]!, 0);
  return [movement.readAffine(x!, x!.shape, steps, base)];
};

const slice: TensorRule<"stablehlo.slice"> = (operation, [x]) => {
  const { attributes } = operation;
  const start = numbersOf(operation, attributes.start_indices);
  const limit = numbersOf(operation, attributes.limit_indices);
  const strides = numbersOf(operation, attributes.strides);
  const sizes = start.map((from, d) => Math.ceil((limit[d]! - from) / strides[d]!));
  return [movement.slice(x!, start, sizes, strides)];
};

const realDynamicSlice: TensorRule<"stablehlo.real_dynamic_slice"> = (_, [x, start, limit, stride]) => {
  const [from, to, by] = [start!.numbers, limit!.numbers, stride!.numbers];
  const sizes = from.map((first, d) => Math.ceil((to[d]! - first) / by[d]!));
  return [movement.slice(x!, from, sizes, by)];
};

/**
 * A result shape that may hold sizes not written in the type: those of the operand, if it has as many
 * elements.
 */
const reshape: TensorRule<"stablehlo.reshape"> = (operation, [x]) => {
  const { shape } = resultType(operation);
  const known = elementCount(shape.filter((size) => size >= 0));
  return [x!.reshaped(shape.map((size) => (size >= 0 ? size : x!.count / known)))];
};

export const shapeRules = {
  "arith.constant": arithConstant,
  "sdy.constant": constant,
  "stablehlo.broadcast": ((operation, [x]) => {
    const shape = [...operation.attributes.broadcast_sizes, ...x!.shape];
    const added = operation.attributes.broadcast_sizes.length;
    return [
      movement.broadcast(
        x!,
        shape,
        x!.shape.map((_, d) => added + d),
      ),
    ];
  }) satisfies TensorRule<"stablehlo.broadcast">,
  "stablehlo.broadcast_in_dim": ((operation, [x]) => [
    movement.broadcast(x!, resultType(operation).shape, operation.attributes.broadcast_dimensions),
  ]) satisfies TensorRule<"stablehlo.broadcast_in_dim">,
  "stablehlo.concatenate": concatenate,
  "stablehlo.constant": constant,
  "stablehlo.dynamic_broadcast_in_dim": ((operation, [x, shape]) => [
    movement.broadcast(x!, shape!.numbers, operation.attributes.broadcast_dimensions),
  ]) satisfies TensorRule<"stablehlo.dynamic_broadcast_in_dim">,
  "stablehlo.dynamic_iota": ((operation, [shape]) => [
    iota(
      { shape: shape!.numbers, element: resultType(operation).element },
      operation.attributes.iota_dimension,
    ),
  ]) satisfies TensorRule<"stablehlo.dynamic_iota">,
  "stablehlo.dynamic_pad": ((_, [x, value, low, high, interior]) => [
    pad(x!, value!, low!.numbers, high!.numbers, interior!.numbers),
  ]) satisfies TensorRule<"stablehlo.dynamic_pad">,
  "stablehlo.dynamic_reshape": ((_, [x, shape]) => [
    x!.reshaped(shape!.numbers),
  ]) satisfies TensorRule<"stablehlo.dynamic_reshape">,
  "stablehlo.dynamic_slice": dynamicSlice,
  "stablehlo.dynamic_update_slice": dynamicUpdateSlice,
  "stablehlo.get_dimension_size": ((operation, [x]) => [
    Tensor.fromIntegers([], "i32", [BigInt(x!.shape[operation.attributes.dimension]!)]),
  ]) satisfies TensorRule<"stablehlo.get_dimension_size">,
  "stablehlo.iota": ((operation) => [
    iota(resultType(operation), operation.attributes.iota_dimension),
  ]) satisfies TensorRule<"stablehlo.iota">,
  "stablehlo.pad": padRule,
  "stablehlo.real_dynamic_slice": realDynamicSlice,
  "stablehlo.reshape": reshape,
  "stablehlo.reverse": reverse,
  "stablehlo.slice": slice,
  "stablehlo.transpose": ((operation, [x]) => [
    movement.transpose(x!, operation.attributes.permutation),
  ]) satisfies TensorRule<"stablehlo.transpose">,
} as const;
