/** @file The rule of convolution: for the input a convolution of the cotangent with the kernel, for the kernel one of the input with it. */
import { numbersOf } from "../errors.js";
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { Attributes, OperationOf } from "../../ir/ops/index.js";
import { integerMatrix } from "../../ir/ops/kinds.js";
import { zerosLike } from "../arithmetic.js";
import { differentiable, type Rules } from "../rule.js";
import { paddingBack, paddingOfWindow, type Sliding } from "./window-padding.js";

type Numbers = Attributes<"stablehlo.convolution">["dimension_numbers"];

/** A convolution in full: every attribute given, its kernel not reversed. */
interface Convolution {
  readonly e: Emitter;
  readonly lhs: Value;
  readonly rhs: Value;
  readonly g: Value;
  readonly numbers: Numbers;
  readonly spatial: readonly Sliding[];
  readonly features: number;
  readonly batches: number;
  readonly precision: Attributes<"stablehlo.convolution">["precision_config"];
}

function reversedKernel(e: Emitter, rhs: Value, op: OperationOf<"stablehlo.convolution">): Value {
  const { dimension_numbers: numbers, window_reversal: reversal = [] } = op.attributes;
  const dimensions = numbers.kernel_spatial_dimensions.filter((_, i) => reversal[i] === true);
  return dimensions.length === 0 ? rhs : e.builder.create("stablehlo.reverse", [rhs], { dimensions }).result;
}

function convolutionOf(e: Emitter, op: OperationOf<"stablehlo.convolution">, g: Value): Convolution {
  const [lhs, kernel] = op.operands as readonly [Value, Value];
  const a = op.attributes;
  const numbers = a.dimension_numbers;
  const strides = numbersOf(op, a.window_strides ?? []);
  const padding = numbersOf(op, a.padding?.values ?? []);
  const inputDilations = numbersOf(op, a.lhs_dilation ?? []);
  const windowDilations = numbersOf(op, a.rhs_dilation ?? []);
  const spatial = numbers.input_spatial_dimensions.map(
    (dim, i): Sliding => ({
      input: shapeOf(lhs)[dim]!,
      window: shapeOf(kernel)[numbers.kernel_spatial_dimensions[i]!]!,
      output: shapeOf(g)[numbers.output_spatial_dimensions[i]!]!,
      stride: strides[i] ?? 1,
      low: padding[2 * i] ?? 0,
      inputDilation: inputDilations[i] ?? 1,
      windowDilation: windowDilations[i] ?? 1,
    }),
  );
  return {
    e,
    lhs: e.convert(lhs, typeOf(g).element),
    rhs: e.convert(reversedKernel(e, kernel, op), typeOf(g).element),
    g,
    numbers,
    spatial,
    features: a.feature_group_count,
    batches: a.batch_group_count,
    precision: a.precision_config,
  };
}

/** One axis as two, the first of `count`. */
function splitAxis(e: Emitter, x: Value, axis: number, count: number): Value {
  const shape = shapeOf(x);
  return e.reshape(x, [...shape.slice(0, axis), count, shape[axis]! / count, ...shape.slice(axis + 1)]);
}

/** Axis `from` taken out and merged in front of axis `into`, an axis of what is left. */
function mergeAxis(e: Emitter, x: Value, from: number, into: number): Value {
  const order = shapeOf(x).flatMap((_, i) => (i === from ? [] : [i]));
  order.splice(into, 0, from);
  const moved = e.transpose(x, order);
  const shape = [...shapeOf(moved)];
  const [count] = shape.splice(into, 1);
  shape[into]! *= count!;
  return e.reshape(moved, shape);
}

/** Groups of an axis moved to another: those of a kernel's output features to its input features, say. */
const moveGroups = (e: Emitter, x: Value, from: number, into: number, count: number): Value =>
  count === 1 ? x : mergeAxis(e, splitAxis(e, x, from, count), from, into);

function toInput(c: Convolution): Value {
  const { e, numbers, spatial } = c;
  const groups = Math.max(c.features, c.batches);
  const [outputs, inputs] = [numbers.kernel_output_feature_dimension, numbers.kernel_input_feature_dimension];
  const kernel = moveGroups(e, c.rhs, outputs, inputs, groups);
  const reversed = e.builder.create("stablehlo.reverse", [kernel], {
    dimensions: numbers.kernel_spatial_dimensions,
  }).result;
  const result = e.builder.create("stablehlo.convolution", [c.g, reversed], {
    window_strides: spatial.map((d) => d.inputDilation),
    padding: integerMatrix(spatial.map(paddingBack), 2),
    lhs_dilation: spatial.map((d) => d.stride),
    rhs_dilation: spatial.map((d) => d.windowDilation),
    dimension_numbers: {
      input_batch_dimension: numbers.output_batch_dimension,
      input_feature_dimension: numbers.output_feature_dimension,
      input_spatial_dimensions: numbers.output_spatial_dimensions,
      kernel_input_feature_dimension: outputs,
      kernel_output_feature_dimension: inputs,
      kernel_spatial_dimensions: numbers.kernel_spatial_dimensions,
      output_batch_dimension: numbers.input_batch_dimension,
      output_feature_dimension: numbers.input_feature_dimension,
      output_spatial_dimensions: numbers.input_spatial_dimensions,
    },
    feature_group_count: groups,
    batch_group_count: 1,
    ...(c.precision === undefined ? {} : { precision_config: c.precision }),
  }).result;
  return moveGroups(e, result, numbers.input_feature_dimension, numbers.input_batch_dimension, c.batches);
}

function toKernel(c: Convolution): Value {
  const { e, numbers, spatial } = c;
  return e.builder.create("stablehlo.convolution", [c.lhs, c.g], {
    window_strides: spatial.map((d) => d.windowDilation),
    padding: integerMatrix(spatial.map(paddingOfWindow), 2),
    lhs_dilation: spatial.map((d) => d.inputDilation),
    rhs_dilation: spatial.map((d) => d.stride),
    dimension_numbers: {
      input_batch_dimension: numbers.input_feature_dimension,
      input_feature_dimension: numbers.input_batch_dimension,
      input_spatial_dimensions: numbers.input_spatial_dimensions,
      kernel_input_feature_dimension: numbers.output_batch_dimension,
      kernel_output_feature_dimension: numbers.output_feature_dimension,
      kernel_spatial_dimensions: numbers.output_spatial_dimensions,
      output_batch_dimension: numbers.kernel_input_feature_dimension,
      output_feature_dimension: numbers.kernel_output_feature_dimension,
      output_spatial_dimensions: numbers.kernel_spatial_dimensions,
    },
    feature_group_count: c.batches,
    batch_group_count: c.features,
    ...(c.precision === undefined ? {} : { precision_config: c.precision }),
  }).result;
}

const isEmpty = (value: Value): boolean => shapeOf(value).includes(0);

export const convolutionRules: Rules<"stablehlo.convolution"> = {
  "stablehlo.convolution": differentiable(({ e, op, cotangent }) => {
    const [lhs, rhs] = op.operands as readonly [Value, Value];
    if ([cotangent, lhs, rhs].some(isEmpty)) return [() => zerosLike(e, lhs), () => zerosLike(e, rhs)];
    const c = convolutionOf(e, op, cotangent);
    return [
      () => e.convert(toInput(c), typeOf(lhs).element),
      () => e.convert(reversedKernel(e, toKernel(c), op), typeOf(rhs).element),
    ];
  }),
};
