/**
 * @file nn.causal_conv1d over strided rows: the tokens s before those of a strided slice are those of the slice s before it, or, past
 * the first, of a later slice one group earlier. No row is moved but at the edges.
 */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { newTail, zeroWhere } from "../decompose/causal-conv1d.js";
import { previousSlice, stridedSlices } from "../time-layout.js";
import { asRows, fromRows } from "./rows.js";

/** The operands by name: x [b, t, e], w [e, taps], bias [e], segment_pos [b, t], tail [b, taps - 1, e]. */
export interface ConvInputs {
  readonly x: Value;
  readonly w: Value;
  readonly bias: Value;
  readonly segmentPos: Value;
  readonly tail: Value;
}

/** Strided slices by the number of their first token, from -(taps - 1) up. */
export class Slices {
  readonly #early = new Map<number, Value>();
  readonly #slices: readonly Value[];

  /** `before` [b, taps - 1, ..]: the rows before the first token. */
  constructor(
    readonly e: Emitter,
    x: Value,
    readonly before: Value,
    readonly factor: number,
  ) {
    this.#slices = stridedSlices(e, x, factor);
  }

  at(i: number): Value {
    if (i >= 0) return this.#slices[i]!;
    const known = this.#early.get(i);
    if (known !== undefined) return known;
    const row = shapeOf(this.before)[1]! + i;
    const made = previousSlice(
      this.e,
      this.#slices[this.factor + i]!,
      this.e.slice(this.before, 1, row, row + 1),
    );
    this.#early.set(i, made);
    return made;
  }

  /** The last `count` rows in the order of time. */
  last(count: number): Value {
    const rows = shapeOf(this.#slices[0]!)[1]!;
    const ends = this.#slices
      .slice(this.factor - count)
      .map((slice) => this.e.slice(slice, 1, rows - 1, rows));
    return this.e.concat(ends, 1);
  }
}

/** What of the inputs each strided slice sees, by how many tokens ago they were. */
export class Sight {
  readonly taps: number;
  readonly inputs: Slices;
  readonly starts: Slices;
  readonly noStart: Value;

  constructor(
    readonly e: Emitter,
    { x, w, segmentPos, tail }: ConvInputs,
    readonly factor: number,
  ) {
    this.taps = shapeOf(w)[1]!;
    this.inputs = new Slices(e, x, tail, factor);
    this.noStart = e.fill(0, [shapeOf(x)[0]!, this.taps - 1], "i1");
    this.starts = new Slices(e, e.compareTo("EQ", segmentPos, 0), this.noStart, factor);
  }

  /** `values`, a strided slice, with zeros where a document begins at any of the s tokens up to each of slice i. */
  seen(i: number, s: number, values: Value): Value {
    const begins = Array.from({ length: s }, (_, back) => this.starts.at(i - back)).reduce<Value | undefined>(
      (any, start) => (any === undefined ? start : this.e.or(any, start)),
      undefined,
    );
    return zeroWhere(this.e, begins, values);
  }

  /** The inputs s tokens before those of slice i. */
  before = (i: number, s: number): Value => this.seen(i, s, this.inputs.at(i - s));
}

/** The tap that meets the inputs of s tokens ago, for all rows of a strided slice. */
export function tapOf(e: Emitter, { x, w }: ConvInputs, factor: number, s: number): Value {
  const [batch, time, channels] = shapeOf(x) as [number, number, number];
  const from = shapeOf(w)[1]! - 1 - s;
  return e.broadcast(e.slice(w, 1, from, from + 1), [batch, time / factor, channels], [2, 1]);
}

/** y, strided as x is, and the new tail. */
function convolve(e: Emitter, inputs: ConvInputs, factor: number): readonly [Value, Value] {
  const sight = new Sight(e, inputs, factor);
  const { taps } = sight;
  const [batch, time, channels] = shapeOf(inputs.x) as [number, number, number];
  const outputs = Array.from({ length: factor }, (_, i) => {
    const terms = Array.from({ length: taps }, (_, s) =>
      e.mul(sight.before(i, s), tapOf(e, inputs, factor, s)),
    );
    return e.add(terms.reduce(e.add), e.broadcast(inputs.bias, [batch, time / factor, channels], [2]));
  });
  const y = e.concat(outputs, 1);
  if (taps === 1) return [y, inputs.tail];
  const rows = e.concat([sight.noStart, sight.starts.last(taps - 1)], 1);
  const last = e.concat([inputs.tail, sight.inputs.last(taps - 1)], 1);
  return [y, newTail(e, last, rows, 1, taps)];
}

/** The operands of a convolution or its gradient as rows; undefined for rows in order, or where a group of tokens does not hold all taps. */
export function stridedInputs(
  e: Emitter,
  op: OperationOf<"nn.causal_conv1d"> | OperationOf<"nn.causal_conv1d_gradient">,
): ConvInputs | undefined {
  const { axis, strided: factor = 1 } = op.attributes;
  const [x, w, bias, segmentPos, tail] = op.operands as [Value, Value, Value, Value, Value];
  if (factor === 1 || factor < shapeOf(w)[1]!) return undefined;
  return {
    x: asRows(e, x, axis, 1),
    w,
    bias,
    segmentPos: asRows(e, segmentPos, axis, 0),
    tail: asRows(e, tail, axis, 1),
  };
}

/** y and the new tail of strided rows; undefined where the meaning is as good. */
export function stridedConv1d(e: Emitter, op: OperationOf<"nn.causal_conv1d">): readonly Value[] | undefined {
  const { axis, strided: factor = 1 } = op.attributes;
  const inputs = stridedInputs(e, op);
  if (inputs === undefined) return undefined;
  const [y, last] = convolve(e, inputs, factor);
  return [fromRows(e, y, op.operands[0]!, axis), fromRows(e, last, op.operands[4]!, axis)];
}
