/**
 * @file Operations of windows for the survival tier, of any numbers that fit: convolutions, reductions of windows and their opposite; and what
 * works on whole vectors and matrices: transforms, linear algebra, norms of batches.
 */
import { Emitter, shapeOf, typeOf } from "../../src/ir/emit.js";
import type { Value } from "../../src/ir/operation.js";
import { integerMatrix } from "../../src/ir/ops/kinds.js";
import { isComplex, tensorType, withElement } from "../../src/ir/types.js";
import { type Append, axisOf, numbersOf, pick, type Random, reducerOf, shuffled, madeOf } from "./append.js";
import { computed } from "./elements.js";

const paddingOf = (random: Random, rank: number) => {
  const least = random(4) === 0 ? -2 : 0;
  return integerMatrix(
    Array.from({ length: rank }, () => numbersOf(random, 2, least, 2)),
    2,
  );
};

/** Ones mostly. */
const dilationsOf = (random: Random, rank: number): readonly number[] =>
  numbersOf(random, rank, 1, random(2) === 0 ? 1 : 3);

/** The same tensor with one axis of space at least. */
function imageOf(e: Emitter, x: Value): Value {
  const shape = shapeOf(x);
  return shape.length >= 3 ? x : e.reshape(x, [...Array<number>(3 - shape.length).fill(1), ...shape]);
}

const divisorsOf = (size: number): readonly number[] => [1, 2, 3, 4, 8].filter((n) => size % n === 0);

const convolution: Append = (e, given, random) => {
  const x = imageOf(e, given);
  const { shape, element } = typeOf(x);
  const axes = shape.map((_, i) => i);
  const [batch, feature, ...spatial] = shuffled(random, axes);
  const [output, input, ...kernelSpatial] = shuffled(random, axes);
  const [outBatch, outFeature, ...outSpatial] = shuffled(random, axes);
  const kind = random(3);
  const features = kind === 0 ? pick(random, divisorsOf(shape[feature!]!)) : 1;
  const batches = kind === 1 ? pick(random, divisorsOf(shape[batch!]!)) : 1;
  const kernel = axes.map(() => 1 + random(3));
  kernel[input!] = shape[feature!]! / features;
  kernel[output!] = features * batches * (1 + random(2));
  const count = spatial.length;
  const operands = [x, madeOf(e, x, kernel, element, random)];
  const attributes = {
    dimension_numbers: {
      input_batch_dimension: batch!,
      input_feature_dimension: feature!,
      input_spatial_dimensions: spatial,
      kernel_output_feature_dimension: output!,
      kernel_input_feature_dimension: input!,
      kernel_spatial_dimensions: kernelSpatial,
      output_batch_dimension: outBatch!,
      output_feature_dimension: outFeature!,
      output_spatial_dimensions: outSpatial,
    },
    feature_group_count: features,
    batch_group_count: batches,
    window_strides: numbersOf(random, count, 1, 3),
    padding: paddingOf(random, count),
    lhs_dilation: dilationsOf(random, count),
    rhs_dilation: dilationsOf(random, count),
    window_reversal: numbersOf(random, count, 0, 1).map((one) => one === 1),
  };
  const { result } = e.builder.create("stablehlo.convolution", operands, attributes);
  if (random(3) > 0) return result;
  const results = [withElement(typeOf(result), pick(random, computed))];
  return e.builder.create("stablehlo.convolution", operands, attributes, { results }).result;
};

const reduceWindow: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const others = numbersOf(random, random(3), 0, computed.length - 1).map((i) => computed[i]!);
  const inputs = [x, ...others.map((other) => madeOf(e, x, shape, other, random))];
  const inits = inputs.map((input) => e.fill(random(2), [], typeOf(input).element));
  const rank = shape.length;
  const attributes = {
    window_dimensions: numbersOf(random, rank, 1, 3),
    window_strides: numbersOf(random, rank, 1, 2),
    window_dilations: dilationsOf(random, rank),
    base_dilations: dilationsOf(random, rank),
    padding: paddingOf(random, rank),
  };
  const regions = [
    reducerOf(
      e,
      [element, ...others].map((one) => tensorType([], one)),
      random,
    ),
  ];
  return pick(
    random,
    e.builder.create("stablehlo.reduce_window", [...inputs, ...inits], attributes, { regions }).results,
  );
};

const selectAndScatter: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const scalar = tensorType([], element);
  const rank = shape.length;
  const init = e.fill(0, [], element);
  const attributes = {
    window_dimensions: numbersOf(random, rank, 1, 3),
    window_strides: numbersOf(random, rank, 1, 3),
    padding: paddingOf(random, rank),
  };
  const sum = e.builder.create("stablehlo.reduce_window", [x, init], attributes, {
    regions: [reducerOf(e, [scalar], random)],
  }).results[0]!;
  const select = e.builder.region([scalar, scalar], ([a, b], inner) => {
    const direction = pick(random, ["GE", "LT", "NE"] as const);
    inner.create("stablehlo.return", [new Emitter(inner).compare(direction, a!, b!)], {});
  });
  const regions = [select, reducerOf(e, [scalar], random)];
  const source = random(2) === 0 ? sum : madeOf(e, x, shapeOf(sum), element, random);
  return e.builder.create("stablehlo.select_and_scatter", [x, source, init], attributes, { regions }).result;
};

/** The largest square matrices that `x` has numbers for, repeated along its axes but the last two. */
function squareOf(e: Emitter, x: Value, random: Random): Value {
  const { shape, element } = typeOf(x);
  const size = 1 + random(4);
  return madeOf(e, x, [...shape.slice(0, -2), size, size], element, random);
}

const cholesky: Append = (e, x, random) =>
  e.builder.create("stablehlo.cholesky", [squareOf(e, x, random)], { lower: random(2) === 0 }).result;

const triangularSolve: Append = (e, x, random) => {
  const a = squareOf(e, x, random);
  const { shape, element } = typeOf(a);
  const left = random(2) === 0;
  const [size, other] = [shape.at(-1)!, random(4)];
  const b = madeOf(e, x, [...shape.slice(0, -2), ...(left ? [size, other] : [other, size])], element, random);
  return e.builder.create("stablehlo.triangular_solve", [a, b], {
    left_side: left,
    lower: random(2) === 0,
    unit_diagonal: random(2) === 0,
    transpose_a: pick(random, ["NO_TRANSPOSE", "TRANSPOSE", "ADJOINT"] as const),
  }).result;
};

const transform: Append = (e, x, random) => {
  const { shape } = typeOf(x);
  const kind = pick(random, ["FFT", "IFFT", "RFFT", "IRFFT"] as const);
  const wide = random(2) === 0;
  const real = wide ? "f64" : "f32";
  const element = kind === "RFFT" ? real : wide ? "complex<f64>" : "complex<f32>";
  const operand = typeOf(x).element === element ? x : madeOf(e, x, shape, element, random);
  const lengths = shape.slice(shape.length - 1 - random(Math.min(3, shape.length)));
  const last = lengths.length - 1;
  const whole = lengths.map((length, i) =>
    kind === "IRFFT" && i === last ? 2 * (length - 1) + random(2) : length,
  );
  return e.builder.create("stablehlo.fft", [operand], { fft_type: kind, fft_length: whole }).result;
};

const batchNorm: Append = (e, x, random) => {
  const { shape, element } = typeOf(x);
  const feature = axisOf(x, random);
  const vector = (): Value => madeOf(e, x, [shape[feature] ?? 1], element, random);
  const attributes = { epsilon: pick(random, [0, 0.001, 1]), feature_index: feature };
  switch (random(3)) {
    case 0: {
      const operands = [x, vector(), vector(), vector(), vector()];
      return e.builder.create("stablehlo.batch_norm_inference", operands, attributes).result;
    }
    case 1:
      return pick(
        random,
        e.builder.create("stablehlo.batch_norm_training", [x, vector(), vector()], attributes).results,
      );
    default: {
      const operands = [x, vector(), vector(), vector(), madeOf(e, x, shape, element, random)];
      return pick(random, e.builder.create("stablehlo.batch_norm_grad", operands, attributes).results);
    }
  }
};

const complexOf: Append = (e, x, random) => {
  const { element } = typeOf(x);
  const part = isComplex(element) ? e.unary(pick(random, ["real", "imag"] as const), x) : x;
  return e.binary("complex", part, e.reverse(part, axisOf(x, random)));
};

export const windows: readonly Append[] = [
  convolution,
  convolution,
  reduceWindow,
  reduceWindow,
  selectAndScatter,
  cholesky,
  triangularSolve,
  transform,
  batchNorm,
  complexOf,
];
