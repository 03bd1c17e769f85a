/** @file Meaning of nn.selective_scan: the linear scan of decays and inputs spread over the states, and sums of its states. */
import { constantOf } from "../../ir/analysis/constants.js";
import { splatNumber } from "../../ir/elements.js";
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { walkTime } from "./linear-scan.js";

/**
 * Where a document starts, over the axes of x: the step takes nothing over from the one walked before it. Backwards that is the step before
 * the start. undefined when positions are known not to be 0.
 */
export function startsOf(e: Emitter, op: OperationOf<"nn.selective_scan">): Value | undefined {
  const [x, segmentPos] = [op.operands[0]!, op.operands[5]!];
  const { axis, segment_dims, reverse } = op.attributes;
  const known = constantOf(segmentPos);
  const position = known && splatNumber(known);
  if (position !== undefined && position !== 0) return undefined;
  const shape = shapeOf(x);
  const starts = e.broadcast(e.compareTo("EQ", segmentPos, 0), shape, segment_dims);
  if (reverse !== true) return starts;
  const none = e.fill(0, shape.with(axis, 1), "i1");
  return e.concat([e.slice(starts, axis, 1, shape[axis]!), none], axis);
}

/** h_t = exp(delta_t a) h_{t-1} + b_t x_t in f32; y_t, the sum of c_t h_t over the states, is rounded once to x's element type. */
export function selectiveScan(e: Emitter, op: OperationOf<"nn.selective_scan">): readonly Value[] {
  const [x, delta, a, b, c, , h0] = op.operands as [Value, Value, Value, Value, Value, Value, Value];
  const { axis, states, reverse = false, delta_dims, a_dims, b_dims, c_dims } = op.attributes;
  const time = shapeOf(x)[axis]!;
  if (time === 0) return [x, h0];
  const shape = shapeOf(h0).toSpliced(axis, 0, time);
  const channels = shapeOf(x).map((_, dim) => dim);
  const spread = (value: Value, dims: readonly number[]): Value =>
    e.broadcast(e.convert(value, "f32"), shape, dims);
  const decays = e.unary("exponential", e.mul(spread(delta, delta_dims), spread(a, a_dims)));
  const starts = startsOf(e, op);
  const kept =
    starts === undefined
      ? decays
      : e.select(e.broadcast(starts, shape, channels), e.fill(0, shape, "f32"), decays);
  const inputs = e.mul(spread(b, b_dims), spread(x, channels));
  const { h, last } = walkTime(e, { inputs, decays: kept, h0, axis, reverse, factor: 1 });
  const summed = shape.map((_, dim) => dim).slice(-states);
  const y = summed.reduceRight((sum, dim) => e.reduce("add", sum, dim), e.mul(spread(c, c_dims), h));
  return [e.convert(y, typeOf(x).element), last];
}
