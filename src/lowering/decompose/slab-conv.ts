/**
 * @file nn.causal_conv1d over interleaved rows: the token s before those of a slab are those of the slab s before it, or, past
 * the first, of a later slab one stretch earlier. No row is moved but at the edges.
 */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { earlierSlab, slabsOf } from "../row-order.js";
import { type ConvInputs, newTail, zeroWhere } from "./conv-rows.js";

/** Slabs by the number of their first token, from -(taps - 1) up. */
class Slabs {
  readonly #early = new Map<number, Value>();
  readonly #slabs: readonly Value[];

  /** `before` [b, taps - 1, ..]: the rows before the first token. */
  constructor(
    readonly e: Emitter,
    x: Value,
    readonly before: Value,
    readonly ways: number,
  ) {
    this.#slabs = slabsOf(e, x, ways);
  }

  at(i: number): Value {
    if (i >= 0) return this.#slabs[i]!;
    const known = this.#early.get(i);
    if (known !== undefined) return known;
    const row = shapeOf(this.before)[1]! + i;
    const made = earlierSlab(this.e, this.#slabs[this.ways + i]!, this.e.slice(this.before, 1, row, row + 1));
    this.#early.set(i, made);
    return made;
  }

  /** The last `count` rows in the order of time. */
  last(count: number): Value {
    const rows = shapeOf(this.#slabs[0]!)[1]!;
    const ends = this.#slabs.slice(this.ways - count).map((slab) => this.e.slice(slab, 1, rows - 1, rows));
    return this.e.concat(ends, 1);
  }
}

export function slabConv1d(
  e: Emitter,
  { x, w, bias, segmentPos, tail }: ConvInputs,
  ways: number,
): readonly Value[] {
  const taps = shapeOf(w)[1]!;
  const [batch, , channels] = shapeOf(x) as [number, number, number];
  const inputs = new Slabs(e, x, tail, ways);
  const started = e.compareTo("EQ", segmentPos, 0);
  const noStart = e.fill(0, [batch, taps - 1], "i1");
  const starts = new Slabs(e, started, noStart, ways);
  const shape = [batch, shapeOf(x)[1]! / ways, channels];
  const weight = (tap: number): Value => e.broadcast(e.slice(w, 1, tap, tap + 1), shape, [2, 1]);

  /** Whether a document begins at any of the s tokens up to each of slab i. */
  const startsWithin = (i: number, s: number): Value | undefined =>
    Array.from({ length: s }, (_, back) => starts.at(i - back)).reduce<Value | undefined>(
      (any, start) => (any === undefined ? start : e.or(any, start)),
      undefined,
    );
  const outputs = Array.from({ length: ways }, (_, i) => {
    const terms = Array.from({ length: taps }, (_, s) =>
      e.mul(zeroWhere(e, startsWithin(i, s), inputs.at(i - s)), weight(taps - 1 - s)),
    );
    return e.add(terms.reduce(e.add), e.broadcast(bias, shape, [2]));
  });
  const y = e.concat(outputs, 1);
  if (taps === 1) return [y, tail];
  const rows = e.concat([noStart, starts.last(taps - 1)], 1);
  const last = e.concat([tail, inputs.last(taps - 1)], 1);
  return [y, newTail(e, last, rows, taps - 1, taps)];
}
