/** @file Rules of dot_general, dot, and the convolutions. */
import type { Integer } from "../integers.js";
import type { Attributes } from "../ops/index.js";
import type { Operation } from "../operation.js";
import { type ElementType, elementCount, type TensorType } from "../types.js";
import type { TensorRule } from "./machine.js";
import { forEachIndex, isInside, positionOf, transpose } from "./movement.js";
import { expressedOf } from "./quantise.js";
import { sumOfProducts } from "./sums.js";
import { stridesOf, type Tensor } from "./tensor.js";
import { windowOf, windowPositions } from "./window.js";

/** What the sums are rounded to. */
const resultElement = (operation: Pick<Operation, "results">): ElementType =>
  expressedOf((operation.results[0]!.type as TensorType).element);

/** Dimensions in the order batch, free, contracted; and the sizes of the three groups. */
function grouped(x: Tensor, batch: readonly number[], contracted: readonly number[]) {
  const free = x.shape.flatMap((_, d) => (batch.includes(d) || contracted.includes(d) ? [] : [d]));
  const sizesOf = (dimensions: readonly number[]): number[] => dimensions.map((d) => x.shape[d]!);
  return {
    matrix: transpose(x, [...batch, ...free, ...contracted]),
    batch: sizesOf(batch),
    free: sizesOf(free),
    contracted: sizesOf(contracted),
  };
}

const dotGeneral: TensorRule<"stablehlo.dot_general"> = (operation, [x, y]) => {
  const d = operation.attributes.dot_dimension_numbers;
  const a = grouped(x!, d.lhs_batching_dimensions, d.lhs_contracting_dimensions);
  const b = grouped(y!, d.rhs_batching_dimensions, d.rhs_contracting_dimensions);
  const shape = [...a.batch, ...a.free, ...b.free];
  const [rows, columns, length] = [a.free, b.free, a.contracted].map(elementCount) as [
    number,
    number,
    number,
  ];
  const result = sumOfProducts(
    a.matrix,
    b.matrix,
    shape,
    elementCount(shape),
    resultElement(operation),
    (at, visit) => {
      const batch = Math.floor(at / (rows * columns));
      const left = (batch * rows + (Math.floor(at / columns) % rows)) * length;
      const right = (batch * columns + (at % columns)) * length;
      for (let i = 0; i < length; i++) visit(left + i, right + i);
    },
  );
  return [result];
};

/** Contracts the last dimension of x with the first of y. */
const dot: TensorRule<"stablehlo.dot"> = (operation, [x, y]) => {
  const a = grouped(x!, [], [x!.shape.length - 1]);
  const b = grouped(y!, [], [0]);
  const shape = [...a.free, ...b.free];
  const [columns, length] = [elementCount(b.free), elementCount(a.contracted)];
  const result = sumOfProducts(
    a.matrix,
    b.matrix,
    shape,
    elementCount(shape),
    resultElement(operation),
    (at, visit) => {
      const [left, right] = [Math.floor(at / columns) * length, (at % columns) * length];
      for (let i = 0; i < length; i++) visit(left + i, right + i);
    },
  );
  return [result];
};

type ConvolutionAttributes = Omit<Attributes<"stablehlo.convolution">, "padding">;

const sizesAt = (x: Tensor, dimensions: readonly number[]): number[] => dimensions.map((d) => x.shape[d]!);

/** Positions by batch (or output feature), feature and spatial index, wherever the dimensions lie. */
const positionsBy = (x: Tensor, first: number, feature: number, spatial: readonly number[]) => {
  const strides = stridesOf(x.shape);
  const spatialStrides = spatial.map((d) => strides[d]!);
  return (i: number, j: number, at: readonly number[]): number =>
    i * strides[first]! + j * strides[feature]! + positionOf(at, spatialStrides);
};

/** @param padding low and high of each spatial dimension in turn */
function convolve(
  operation: Operation,
  x: Tensor,
  kernel: Tensor,
  a: ConvolutionAttributes,
  padding: readonly Integer[] | undefined,
  element: TensorType["element"],
): Tensor {
  const d = a.dimension_numbers;
  const inputSizes = sizesAt(x, d.input_spatial_dimensions);
  const window = windowOf(operation, {
    sizes: sizesAt(kernel, d.kernel_spatial_dimensions),
    strides: a.window_strides,
    padding,
    baseDilations: a.lhs_dilation,
    windowDilations: a.rhs_dilation,
  });
  const places = windowPositions(inputSizes, window);
  const batches = x.shape[d.input_batch_dimension]! / a.batch_group_count;
  const outputs = kernel.shape[d.kernel_output_feature_dimension]!;
  const features = kernel.shape[d.kernel_input_feature_dimension]!;
  const shape = Array<number>(x.shape.length).fill(0);
  shape[d.output_batch_dimension] = batches;
  shape[d.output_feature_dimension] = outputs;
  d.output_spatial_dimensions.forEach((dimension, i) => {
    shape[dimension] = places[i]!;
  });
  const groupSize = outputs / (a.feature_group_count * a.batch_group_count);
  const inputAt = positionsBy(
    x,
    d.input_batch_dimension,
    d.input_feature_dimension,
    d.input_spatial_dimensions,
  );
  const kernelAt = positionsBy(
    kernel,
    d.kernel_output_feature_dimension,
    d.kernel_input_feature_dimension,
    d.kernel_spatial_dimensions,
  );
  const indices: (readonly number[])[] = [];
  forEachIndex(shape, (index) => {
    indices.push([...index]);
  });
  return sumOfProducts(x, kernel, shape, indices.length, element, (at, visit) => {
    const index = indices[at]!;
    const output = index[d.output_feature_dimension]!;
    const group = Math.floor(output / groupSize);
    // Groups are of features or of batches: the count of the other is 1.
    const batch = index[d.output_batch_dimension]! + (a.batch_group_count > 1 ? group * batches : 0);
    const firstFeature = a.feature_group_count > 1 ? group * features : 0;
    const place = d.output_spatial_dimensions.map((dimension) => index[dimension]!);
    forEachIndex(
      window.map((w) => w.size),
      (offset) => {
        const source = window.map((w, i) => {
          const padded = place[i]! * w.stride + offset[i]! * w.windowDilation - w.low;
          return padded % w.baseDilation === 0 ? padded / w.baseDilation : -1;
        });
        if (!isInside(source, inputSizes)) return;
        const tap = offset.map((o, i) => (a.window_reversal?.[i] === true ? window[i]!.size - 1 - o : o));
        for (let feature = 0; feature < features; feature++)
          visit(inputAt(batch, firstFeature + feature, source), kernelAt(output, feature, tap));
      },
    );
  });
}

export const dotRules = {
  "stablehlo.convolution": ((operation, [x, kernel]) => {
    const { padding, ...attributes } = operation.attributes;
    return [convolve(operation, x!, kernel!, attributes, padding?.values, resultElement(operation))];
  }) satisfies TensorRule<"stablehlo.convolution">,
  "stablehlo.dot": dot,
  "stablehlo.dot_general": dotGeneral,
  "stablehlo.dynamic_conv": ((operation, [x, kernel, padding]) => [
    convolve(operation, x!, kernel!, operation.attributes, padding!.numbers, resultElement(operation)),
  ]) satisfies TensorRule<"stablehlo.dynamic_conv">,
} as const;
