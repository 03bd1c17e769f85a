/** @file Rules of batch normalisation, each by its formula in f64, rounded once. */
import type { TensorRule } from "./machine.js";
import { Tensor } from "./tensor.js";

/** The feature of element `i`: its index along one dimension. */
function featureOf(x: Tensor, dimension: number): (i: number) => number {
  const inner = x.shape.slice(dimension + 1).reduce((a, b) => a * b, 1);
  return (i) => Math.floor(i / inner) % x.shape[dimension]!;
}

/** Sums of `value(i)` over the elements of each feature. */
function sumByFeature(x: Tensor, feature: number, value: (i: number) => number): number[] {
  const sums = Array<number>(x.shape[feature]!).fill(0);
  const at = featureOf(x, feature);
  for (let i = 0; i < x.count; i++) sums[at(i)]! += value(i);
  return sums;
}

const like = (x: Tensor, values: ArrayLike<number>): Tensor => Tensor.fromFloats(x.shape, x.element, values);
const ofFeatures = (x: Tensor, values: readonly number[]): Tensor =>
  Tensor.fromFloats([values.length], x.element, values);

const tabulate = (x: Tensor, value: (i: number) => number): Tensor =>
  like(
    x,
    Float64Array.from({ length: x.count }, (_, i) => value(i)),
  );

function normalise(
  x: Tensor,
  [scale, offset, mean, variance]: readonly ArrayLike<number>[],
  epsilon: number,
  feature: number,
): Tensor {
  const at = featureOf(x, feature);
  return tabulate(x, (i) => {
    const f = at(i);
    return ((x.floats[i]! - mean![f]!) / Math.sqrt(variance![f]! + epsilon)) * scale![f]! + offset![f]!;
  });
}

/** Mean and variance (of the whole population) of each feature. */
function moments(x: Tensor, feature: number): { readonly mean: number[]; readonly variance: number[] } {
  const perFeature = x.count / x.shape[feature]!;
  const mean = sumByFeature(x, feature, (i) => x.floats[i]!).map((sum) => sum / perFeature);
  const at = featureOf(x, feature);
  const squares = sumByFeature(x, feature, (i) => (x.floats[i]! - mean[at(i)]!) ** 2);
  return { mean, variance: squares.map((sum) => sum / perFeature) };
}

const inference: TensorRule<"stablehlo.batch_norm_inference"> = (operation, [x, ...features]) => {
  const { epsilon, feature_index: feature } = operation.attributes;
  return [
    normalise(
      x!,
      features.map((f) => f.floats),
      epsilon,
      feature,
    ),
  ];
};

const training: TensorRule<"stablehlo.batch_norm_training"> = (operation, [x, scale, offset]) => {
  const { epsilon, feature_index: feature } = operation.attributes;
  const { mean, variance } = moments(x!, feature);
  const result = normalise(x!, [scale!.floats, offset!.floats, mean, variance], epsilon, feature);
  return [result, ofFeatures(x!, mean), ofFeatures(x!, variance)];
};

const gradient: TensorRule<"stablehlo.batch_norm_grad"> = (operation, operands) => {
  const [x, scale, mean, variance, gradOutput] = operands as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const { epsilon, feature_index: feature } = operation.attributes;
  const at = featureOf(x, feature);
  const perFeature = x.count / x.shape[feature]!;
  const deviation = (f: number): number => Math.sqrt(variance.floats[f]! + epsilon);
  const centred = (i: number): number => x.floats[i]! - mean.floats[at(i)]!;
  const gradOffset = sumByFeature(x, feature, (i) => gradOutput.floats[i]!);
  const gradCentred = sumByFeature(x, feature, (i) => gradOutput.floats[i]! * centred(i));
  const gradOperand = tabulate(x, (i) => {
    const f = at(i);
    const own = perFeature * gradOutput.floats[i]! - gradOffset[f]!;
    const through = (centred(i) * gradCentred[f]!) / (variance.floats[f]! + epsilon);
    return ((scale.floats[f]! / deviation(f)) * (own - through)) / perFeature;
  });
  const gradScale = gradCentred.map((sum, f) => sum / deviation(f));
  return [gradOperand, ofFeatures(x, gradScale), ofFeatures(x, gradOffset)];
};

export const batchNormRules = {
  "stablehlo.batch_norm_grad": gradient,
  "stablehlo.batch_norm_inference": inference,
  "stablehlo.batch_norm_training": training,
} as const;
