/** @file Losses of predictions, one for each; their mean is the author's. */
import { exp, type FloatDType, gather, log1p, neg, type Tensor } from "../dsl/index.js";
import { checkElement, checkFloats, checkOperands, findAxis } from "../dsl/align.js";
import { logSoftmax } from "./softmax.js";

/**
 * -log(softmax(logits)) at the target along an axis, for each of the others, which the targets have. A target must lie within the axis; check them
 * on the host.
 */
export function crossEntropy<A extends string, D extends FloatDType, N extends A>(
  logits: Tensor<A, D>,
  targets: Tensor<Exclude<A, N>, "i32">,
  over: N,
): Tensor<Exclude<A, N>, D> {
  checkFloats("crossEntropy", "logits", logits);
  findAxis("crossEntropy", logits, over);
  checkOperands("crossEntropy", { targets });
  checkElement("crossEntropy", "targets", targets, "i32");
  const indices = { [over]: targets } as { readonly [K in N]: Tensor<Exclude<A, N>, "i32"> };
  return neg(gather(logSoftmax(logits, over), indices)) as Tensor<Exclude<A, N>, D>;
}

/** -p log(q) - (1 - p) log(1 - q) for q = sigmoid(logits), without overflow. */
export function binaryCrossEntropy<A extends string, D extends FloatDType>(
  logits: Tensor<A, D>,
  probabilities: Tensor<A, D>,
): Tensor<A, D> {
  checkFloats("binaryCrossEntropy", "logits", logits);
  checkFloats("binaryCrossEntropy", "probabilities", probabilities);
  const far = logits.max(neg(logits));
  return logits
    .max(0)
    .sub(logits.mul(probabilities))
    .add(log1p(exp(neg(far))));
}
