/** @file The gradients of batch normalisation, by its formulas. f stands for the feature dimension, which statistics are kept along. */
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { elementCount } from "../../ir/types.js";
import { scaled, shifted, sumOver } from "../arithmetic.js";
import { differentiableCode, type Rules } from "../rule.js";

type BatchNorm = OperationOf<
  "stablehlo.batch_norm_grad" | "stablehlo.batch_norm_inference" | "stablehlo.batch_norm_training"
>;

/** Sums over all but the feature dimension, values of features repeated along the others, elements of each feature. */
function features(e: Emitter, { operands, attributes }: BatchNorm) {
  const shape = shapeOf(operands[0]!);
  const { feature_index: feature, epsilon } = attributes;
  const others = shape.flatMap((_, i) => (i === feature ? [] : [i]));
  return {
    sum: (x: Value): Value => sumOver(e, x, others),
    spread: (x: Value): Value => e.broadcast(x, shape, [feature]),
    count: elementCount(shape) / shape[feature]!,
    inverseDeviation: (variance: Value): Value => e.unary("rsqrt", shifted(e, variance, epsilon)),
  };
}

function inference(e: Emitter, op: OperationOf<"stablehlo.batch_norm_inference">): readonly Value[] {
  const [x, scale, offset, mean, variance] = op.operands as readonly [Value, Value, Value, Value, Value];
  const { spread, inverseDeviation } = features(e, op);
  const gain = spread(e.mul(scale, inverseDeviation(variance)));
  return [e.add(e.mul(e.sub(x, spread(mean)), gain), spread(offset))];
}

function training(e: Emitter, op: OperationOf<"stablehlo.batch_norm_training">): readonly Value[] {
  const [x, scale, offset] = op.operands as readonly [Value, Value, Value];
  const { sum, spread, count, inverseDeviation } = features(e, op);
  const mean = scaled(e, sum(x), 1 / count);
  const centred = e.sub(x, spread(mean));
  const variance = scaled(e, sum(e.mul(centred, centred)), 1 / count);
  const gain = spread(e.mul(scale, inverseDeviation(variance)));
  return [e.add(e.mul(centred, gain), spread(offset)), mean, variance];
}

function gradient(e: Emitter, op: OperationOf<"stablehlo.batch_norm_grad">): readonly Value[] {
  const [x, scale, mean, variance, g] = op.operands as readonly [Value, Value, Value, Value, Value];
  const { sum, spread, count, inverseDeviation } = features(e, op);
  const centred = e.sub(x, spread(mean));
  const inverse = inverseDeviation(variance);
  const [offsets, products] = [sum(g), sum(e.mul(g, centred))];
  const through = e.mul(centred, spread(e.mul(products, e.mul(inverse, inverse))));
  const own = e.sub(e.sub(scaled(e, g, count), spread(offsets)), through);
  return [e.mul(scaled(e, spread(e.mul(scale, inverse)), 1 / count), own), e.mul(products, inverse), offsets];
}

export const batchNormRules: Rules<BatchNorm["name"]> = {
  "stablehlo.batch_norm_grad": differentiableCode((walk, op, cotangents) =>
    walk.replay((e) => gradient(e, op), cotangents),
  ),
  "stablehlo.batch_norm_inference": differentiableCode((walk, op, cotangents) =>
    walk.replay((e) => inference(e, op), cotangents),
  ),
  "stablehlo.batch_norm_training": differentiableCode((walk, op, cotangents) =>
    walk.replay((e) => training(e, op), cotangents),
  ),
};
