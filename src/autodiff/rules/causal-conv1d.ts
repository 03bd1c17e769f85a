/** @file The gradient of nn.causal_conv1d is an op of its own, which goes the other way in time and knows the strided layout like it. */
import type { Operation, Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { replayMeaning } from "../meaning.js";
import type { BackwardWalk } from "../rule.js";

type Conv = OperationOf<"nn.causal_conv1d"> & Operation;

/** By what the op means where a loss depends on the new tail as well: no step of a training does. */
export function convGradient(
  walk: BackwardWalk,
  conv: Conv,
  cotangents: readonly (Value | undefined)[],
): void {
  const [g, ofTail] = cotangents;
  if (g === undefined || ofTail !== undefined) {
    replayMeaning(walk, conv, cotangents);
    return;
  }
  const [x, w, bias, , tail] = conv.operands as readonly [Value, Value, Value, Value, Value];
  const { results } = walk.e.builder.create(
    "nn.causal_conv1d_gradient",
    [...conv.operands, g],
    conv.attributes,
  );
  [x, w, bias, tail].forEach((value, i) => {
    walk.give(value, () => results[i]!);
  });
}
