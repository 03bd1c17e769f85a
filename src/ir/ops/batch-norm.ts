/** @file Batch normalisation: inference, training and its gradient. */
import { formatType, type TensorType } from "../types.js";
import { sameElement, sameShape } from "../verify-types.js";
import { defineOp, operand } from "./define.js";
import { f32, i64 } from "./kinds.js";
import { checkDimension, checkRank, checkSameShapes, sameSize, typeList, type View } from "./constraints.js";
import { dimensionOf, tensorOf } from "./shape-checks.js";

const attributes = { epsilon: f32, feature_index: i64 };
const features = "FQ";

/** Which label each of an op's constraints has. */
interface Labels {
  readonly index: string;
  readonly elements: string;
  /** Of several tensors having one shape; absent when there is but one. */
  readonly shapes?: string;
  readonly vectors: string;
  readonly size: string;
}

/** Checks tensors against per-feature vectors; the type of such a vector. */
function checkFeatures(
  op: View,
  index: number,
  full: readonly TensorType[],
  vectors: readonly TensorType[],
  labels: Labels,
): TensorType {
  const first = full[0]!;
  const all = [...full, ...vectors];
  checkDimension(op, index, first, "feature_index", labels.index);
  op.check(
    all.every((type) => sameElement(type.element, first.element)),
    labels.elements,
    `all operands must have the same element type, got ${typeList(all)}`,
  );
  if (labels.shapes !== undefined) checkSameShapes(op, full, "operands and gradients", labels.shapes);
  for (const vector of vectors) checkRank(op, vector, 1, "a per-feature operand", labels.vectors);
  op.check(
    vectors.every((vector) => sameShape(vector, vectors[0]!)),
    labels.vectors,
    `per-feature operands differ: ${typeList(vectors)}`,
  );
  op.check(
    vectors.every((vector) => sameSize(vector.shape[0]!, first.shape[index]!)),
    labels.size,
    `per-feature operands must have the size of dimension ${index} of ${formatType(first)}, got ${typeList(vectors)}`,
  );
  return tensorOf([dimensionOf(first, index)], first.element);
}

const inference = defineOp({
  name: "stablehlo.batch_norm_inference",
  summary: "Normalises each feature by a given mean and variance.",
  operands: ["operand", "scale", "offset", "mean", "variance"].map((name) => operand(name, features)),
  attributes,
  traits: ["pure"],
  infer: (op) => {
    const [x, ...vectors] = [0, 1, 2, 3, 4].map((i) => op.tensor(i));
    checkFeatures(op, op.attributes.feature_index, [x!], vectors, {
      index: "batch_norm_inference_c1",
      elements: "batch_norm_inference_c2",
      vectors: "batch_norm_inference_c3",
      size: "batch_norm_inference_c3",
    });
    return [x!];
  },
  assembly: "generic",
  example:
    '%0 = "stablehlo.batch_norm_inference"(%arg0, %arg1, %arg1, %arg1, %arg1) <{epsilon = 1.000000e-03 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>',
});

const training = defineOp({
  name: "stablehlo.batch_norm_training",
  summary: "Normalises each feature by the mean and variance of the batch, which it also returns.",
  operands: ["operand", "scale", "offset"].map((name) => operand(name, features)),
  attributes,
  traits: ["pure"],
  infer: (op) => {
    const [x, ...vectors] = [0, 1, 2].map((i) => op.tensor(i));
    const vector = checkFeatures(op, op.attributes.feature_index, [x!], vectors, {
      index: "batch_norm_training_c1",
      elements: "batch_norm_training_c2",
      vectors: "batch_norm_training_c3",
      size: "batch_norm_training_c3",
    });
    return [x!, vector, vector];
  },
  assembly: "generic",
  example:
    '%output, %batch_mean, %batch_var = "stablehlo.batch_norm_training"(%arg0, %arg1, %arg1) <{epsilon = 1.000000e-03 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)',
});

const gradient = defineOp({
  name: "stablehlo.batch_norm_grad",
  summary: "Gradients of batch_norm_training.",
  operands: ["operand", "scale", "mean", "variance", "grad_output"].map((name) => operand(name, features)),
  attributes,
  traits: ["pure"],
  infer: (op) => {
    const [x, scale, mean, variance, grad] = [0, 1, 2, 3, 4].map((i) => op.tensor(i));
    const vector = checkFeatures(op, op.attributes.feature_index, [x!, grad!], [scale!, mean!, variance!], {
      index: "batch_norm_grad_c1",
      elements: "batch_norm_grad_c2",
      shapes: "batch_norm_grad_c3",
      vectors: "batch_norm_grad_c4",
      size: "batch_norm_grad_c5",
    });
    return [x!, vector, vector];
  },
  assembly: "generic",
  example:
    '%grad_operand, %grad_scale, %grad_offset = "stablehlo.batch_norm_grad"(%arg0, %arg1, %arg1, %arg1, %arg0) <{epsilon = 1.000000e-03 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)',
});

export const batchNormOps = [inference, training, gradient] as const;
