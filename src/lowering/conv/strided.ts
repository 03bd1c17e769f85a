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
interface ConvInputs {
  readonly x: Value;
  readonly w: Value;
  readonly bias: Value;
  readonly segmentPos: Value;
  readonly tail: Value;
}

/** Strided slices by the number of their first token, from -(taps - 1) up. */
class Slices {
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

/** y, strided as x is, and the new tail. */
function convolve(
  e: Emitter,
  { x, w, bias, segmentPos, tail }: ConvInputs,
  factor: number,
): readonly [Value, Value] {
  const taps = shapeOf(w)[1]!;
  const [batch, , channels] = shapeOf(x) as [number, number, number];
  const inputs = new Slices(e, x, tail, factor);
  const started = e.compareTo("EQ", segmentPos, 0);
  const noStart = e.fill(0, [batch, taps - 1], "i1");
  const starts = new Slices(e, started, noStart, factor);
  const shape = [batch, shapeOf(x)[1]! / factor, channels];
  const weight = (tap: number): Value => e.broadcast(e.slice(w, 1, tap, tap + 1), shape, [2, 1]);

  /** Whether a document begins at any of the s tokens up to each of slice i. */
  const startsWithin = (i: number, s: number): Value | undefined =>
    Array.from({ length: s }, (_, back) => starts.at(i - back)).reduce<Value | undefined>(
      (any, start) => (any === undefined ? start : e.or(any, start)),
      undefined,
    );
  const outputs = Array.from({ length: factor }, (_, i) => {
    const terms = Array.from({ length: taps }, (_, s) =>
      e.mul(zeroWhere(e, startsWithin(i, s), inputs.at(i - s)), weight(taps - 1 - s)),
    );
    return e.add(terms.reduce(e.add), e.broadcast(bias, shape, [2]));
  });
  const y = e.concat(outputs, 1);
  if (taps === 1) return [y, tail];
  const rows = e.concat([noStart, starts.last(taps - 1)], 1);
  const last = e.concat([tail, inputs.last(taps - 1)], 1);
  return [y, newTail(e, last, rows, 1, taps)];
}

/** y and the new tail of strided rows; undefined for rows in order, or where a group of tokens does not hold all taps. */
export function stridedConv1d(e: Emitter, op: OperationOf<"nn.causal_conv1d">): readonly Value[] | undefined {
  const { axis, strided: factor = 1 } = op.attributes;
  const [x, w, bias, segmentPos, tail] = op.operands as [Value, Value, Value, Value, Value];
  if (factor === 1 || factor < shapeOf(w)[1]!) return undefined;
  const inputs: ConvInputs = {
    x: asRows(e, x, axis, 1),
    w,
    bias,
    segmentPos: asRows(e, segmentPos, axis, 0),
    tail: asRows(e, tail, axis, 1),
  };
  const [y, last] = convolve(e, inputs, factor);
  return [fromRows(e, y, x, axis), fromRows(e, last, tail, axis)];
}
