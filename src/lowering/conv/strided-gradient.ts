/**
 * @file nn.causal_conv1d_gradient over strided rows: what the tokens s after those of a strided slice give back is that of the slice s
 * after it, or, past the last, of an earlier slice one group later. Sums over tokens add the slices first, then their rows.
 */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { sumOfTokens } from "../decompose/causal-conv1d.js";
import { nextSlice, stridedSlices } from "../time-layout.js";
import { asRows, fromRows } from "./rows.js";
import { type ConvInputs, Sight, stridedInputs, tapOf } from "./strided.js";

/** The sum over batch and tokens of values in strided slices, [e], in their type; added up in f32. */
function sumOfSlices(e: Emitter, slices: readonly Value[]): Value {
  const wide = slices.map((slice) => e.convert(slice, "f32")).reduce(e.add);
  return e.convert(sumOfTokens(e, wide), typeOf(slices[0]!).element);
}

/** Cotangents of x, w, bias and tail. */
function giveBack(e: Emitter, inputs: ConvInputs, g: Value, factor: number): readonly Value[] {
  const sight = new Sight(e, inputs, factor);
  const { taps } = sight;
  const channels = shapeOf(inputs.x)[2]!;
  const slices = stridedSlices(e, g, factor);
  /** What slice i gives back to the inputs s tokens before it. */
  const given = Array.from({ length: taps }, (_, s) =>
    slices.map((slice, i) => sight.seen(i, s, e.mul(slice, tapOf(e, inputs, factor, s)))),
  );
  const ofInputs = slices.map((_, i) =>
    given
      .map((from, s) => (i + s < factor ? from[i + s]! : nextSlice(e, from[i + s - factor]!)))
      .reduce(e.add),
  );
  const ofTaps = Array.from({ length: taps }, (_, from) => {
    const s = taps - 1 - from;
    const sum = sumOfSlices(
      e,
      slices.map((slice, i) => e.mul(slice, sight.before(i, s))),
    );
    return e.reshape(sum, [channels, 1]);
  });
  /** Row r of the tail, m tokens before the first one, is seen by the first tokens alone. */
  const ofTail = Array.from({ length: taps - 1 }, (_, r) => {
    const m = taps - 1 - r;
    return given
      .slice(m)
      .map((from, i) => e.slice(from[i]!, 1, 0, 1))
      .reduce(e.add);
  });
  return [
    e.concat(ofInputs, 1),
    e.concat(ofTaps, 1),
    sumOfSlices(e, slices),
    taps === 1 ? inputs.tail : e.concat(ofTail, 1),
  ];
}

/** Cotangents of strided rows and of what they were made of; undefined where the meaning is as good. */
export function stridedConv1dGradient(
  e: Emitter,
  op: OperationOf<"nn.causal_conv1d_gradient">,
): readonly Value[] | undefined {
  const { axis, strided: factor = 1 } = op.attributes;
  const inputs = stridedInputs(e, op);
  if (inputs === undefined) return undefined;
  const [x, , , , tail, g] = op.operands as [Value, Value, Value, Value, Value, Value];
  const [dx, dw, dbias, dtail] = giveBack(e, inputs, asRows(e, g, axis, 1), factor) as [
    Value,
    Value,
    Value,
    Value,
  ];
  return [fromRows(e, dx, x, axis), dw, dbias, fromRows(e, dtail, tail, axis)];
}
