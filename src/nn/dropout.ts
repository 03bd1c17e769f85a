/** @file Dropout. */
import { type Axis, type FloatDType, random, select, ShapeError, type Tensor } from "../dsl/index.js";
import { shown } from "../support/given.js";
import { checkOperands } from "../dsl/align.js";

/**
 * x with elements set to 0 with probability `rate`, the others divided by 1 - rate; which, the key says. Where nothing is trained, do not call it.
 * @throws ShapeError unless the rate is from 0, below 1
 */
export function dropout<A extends string, D extends FloatDType>(
  x: Tensor<A, D>,
  key: random.Key,
  rate: number,
): Tensor<A, D> {
  checkOperands("dropout", { x, key });
  if (!(typeof rate === "number" && rate >= 0 && rate < 1)) {
    throw new ShapeError({
      message: `dropout: ${shown(rate)} is no rate`,
      expected: "from 0, below 1: dropout(x, key, rate)",
      got: shown(rate),
    });
  }
  if (rate === 0) return x;
  const kept = random.bernoulli(key, 1 - rate, x.axes as readonly Axis<A>[]);
  return select(kept, x.div(1 - rate), 0);
}
