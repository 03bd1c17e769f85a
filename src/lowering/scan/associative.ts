/**
 * @file associative: the work-efficient parallel prefix over pairs (a, x), combined as (a' a, a' x + x'). Neighbours are
 * combined, half the problem is solved the same way, and the even places follow from the odd ones.
 */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { ScanStrategy } from "./scan.js";

/** Elements of `even` and `odd` alternating along `dim`, starting (with `backwards` ending) with `even`, which may be one longer. */
function interleave(emitter: Emitter, even: Value, odd: Value, dim: number, backwards = false): Value {
  const [evens, odds] = [shapeOf(even)[dim]!, shapeOf(odd)[dim]!];
  const spread = (values: Value, first: number, last: number): Value =>
    backwards ? emitter.pad(values, dim, last, first, 0, 1) : emitter.pad(values, dim, first, last, 0, 1);
  const spreadEven = spread(even, 0, evens === odds ? 1 : 0);
  const spreadOdd = spread(odd, 1, evens === odds ? 0 : 1);
  return emitter.add(spreadEven, spreadOdd);
}

/** Prefix products of `a` along `dim`. */
function prefixProduct(emitter: Emitter, a: Value, dim: number): Value {
  const size = shapeOf(a)[dim]!;
  if (size === 1) return a;
  const firsts = emitter.slice(a, dim, 0, size - 1, 2);
  const seconds = emitter.slice(a, dim, 1, size, 2);
  const odd = prefixProduct(emitter, emitter.mul(firsts, seconds), dim);
  const head = emitter.slice(a, dim, 0, 1);
  if (size === 2) return emitter.concat([head, odd], dim);
  const thirds = emitter.slice(a, dim, 2, size, 2);
  const before = emitter.slice(odd, dim, 0, shapeOf(thirds)[dim]!);
  return interleave(emitter, emitter.concat([head, emitter.mul(before, thirds)], dim), odd, dim);
}

/** h_t = a_t h_{t-1} + x_t along `dim` from h = 0; with `backwards` from the last to the first, h_t = a_t h_{t+1} + x_t. */
export function prefixScan(emitter: Emitter, a: Value, x: Value, dim: number, backwards = false): Value {
  const size = shapeOf(x)[dim]!;
  if (size === 1) return x;
  const inTime = (parts: readonly Value[]): Value =>
    emitter.concat(backwards ? parts.toReversed() : parts, dim);
  /** Rows in the order of the walk, from `start` to before `stop`, each `step`th. */
  const rows = (values: Value, start: number, stop: number, step: number): Value => {
    if (!backwards) return emitter.slice(values, dim, start, stop, step);
    const count = shapeOf(values)[dim]!;
    const last = start + step * (Math.ceil((stop - start) / step) - 1);
    return emitter.slice(values, dim, count - 1 - last, count - start, step);
  };
  const at = (values: Value, start: number, stop = size): Value => rows(values, start, stop, 2);
  const reducedA = emitter.mul(at(a, 0, size - 1), at(a, 1));
  const reducedX = emitter.add(emitter.mul(at(a, 1), at(x, 0, size - 1)), at(x, 1));
  const odd = prefixScan(emitter, reducedA, reducedX, dim, backwards);
  const head = rows(x, 0, 1, 1);
  if (size === 2) return inTime([head, odd]);
  const before = rows(odd, 0, Math.ceil((size - 2) / 2), 1);
  const later = emitter.add(emitter.mul(at(a, 2), before), at(x, 2));
  return interleave(emitter, inTime([head, later]), odd, dim, backwards);
}

/** Both prefixes along `dim`: products of a, and states from h = 0. */
export const prefixPairs = (emitter: Emitter, a: Value, x: Value, dim: number): readonly [Value, Value] => [
  prefixProduct(emitter, a, dim),
  prefixScan(emitter, a, x, dim),
];

/**
 * The input with a_0 h0 added to its first row along `dim` (its last with `backwards`), so that the scan may start from zero; h0 has as many
 * elements as a row.
 */
export function withStart(
  emitter: Emitter,
  x: Value,
  a: Value,
  h0: Value | undefined,
  dim: number,
  backwards = false,
): Value {
  if (h0 === undefined) return x;
  const shape = shapeOf(x);
  const size = shape[dim]!;
  const at = backwards ? size - 1 : 0;
  const row = (values: Value): Value => emitter.slice(values, dim, at, at + 1);
  const carried = emitter.mul(row(a), emitter.reshape(h0, shape.with(dim, 1)));
  const first = emitter.add(row(x), carried);
  if (backwards) return emitter.concat([emitter.slice(x, dim, 0, size - 1), first], dim);
  return emitter.concat([first, emitter.slice(x, dim, 1, size)], dim);
}

export const associative =
  (backwards: boolean): ScanStrategy =>
  (emitter, { x, a, h0 }) => {
    const [batch, time, channels] = shapeOf(x) as [number, number, number];
    const y = prefixScan(emitter, a, withStart(emitter, x, a, h0, 1, backwards), 1, backwards);
    const end = backwards ? 0 : time - 1;
    return { y, last: emitter.reshape(emitter.slice(y, 1, end, end + 1), [batch, channels]) };
  };
