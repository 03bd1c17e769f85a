/** @file Meaning of nn.linear_scan: a loop over time that computes one state after the other. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";

/** The row of token `t`, a scalar, where `time` rows are in the strided layout of `factor`. */
function rowOf(e: Emitter, t: Value, time: number, factor: number): Value {
  if (factor === 1) return t;
  const slice = e.scalar("multiply", e.scalar("remainder", t, factor), time / factor);
  return e.add(slice, e.scalar("divide", t, factor));
}

/** What is walked: inputs and decays f32 of one shape, h0 of that without `axis`; rows in the strided layout of `factor`. */
interface Walk {
  readonly inputs: Value;
  readonly decays: Value;
  readonly h0: Value;
  readonly axis: number;
  readonly reverse: boolean;
  readonly factor: number;
}

/** h_t = decay_t h_{t-1} + input_t along `axis`: all states, and the last one. */
export function walkTime(
  e: Emitter,
  { inputs, decays, h0, axis, reverse, factor }: Walk,
): { readonly h: Value; readonly last: Value } {
  const shape = shapeOf(inputs);
  const time = shape[axis]!;
  const one = shape.map((size, i) => (i === axis ? 1 : size));
  const [last, h] = e.loop(time, 1, [h0, e.fill(0, shape, "f32")], (inner, count, [state, written]) => {
    const t = reverse ? inner.sub(inner.fill(time - 1, [], "i32"), count) : count;
    const row = rowOf(inner, t, time, factor);
    const zero = inner.fill(0, [], "i32");
    const starts = shape.map((_, i) => (i === axis ? row : zero));
    const at = (values: Value): Value => inner.reshape(inner.dynamicSlice(values, starts, one), shapeOf(h0));
    const next = inner.add(inner.mul(at(decays), state!), at(inputs));
    return [next, inner.dynamicUpdateSlice(written!, inner.reshape(next, one), starts)];
  }) as [Value, Value];
  return { h, last };
}

/** h_t = a_t h_{t-1} + x_t in f32; y, all states, is rounded once to x's element type, the last state is not. */
export function linearScan(e: Emitter, op: OperationOf<"nn.linear_scan">): readonly Value[] {
  const [x, a, h0] = op.operands as [Value, Value, Value];
  const { axis, reverse = false, strided: factor = 1 } = op.attributes;
  if (shapeOf(x)[axis] === 0) return [x, h0];
  const [inputs, decays] = [e.convert(x, "f32"), e.convert(a, "f32")];
  const { h, last } = walkTime(e, { inputs, decays, h0, axis, reverse, factor });
  return [e.convert(h, typeOf(x).element), last];
}
