/**
 * @file associative: the work-efficient parallel prefix over pairs (a, x), combined as (a' a, a' x + x'). Neighbours are
 * combined, half the problem is solved the same way, and the even places follow from the odd ones.
 */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { ScanStrategy } from "./scan.js";

/** Elements of `even` and `odd` alternating along `dim`, starting with `even`, which may be one longer. */
function interleave(emitter: Emitter, even: Value, odd: Value, dim: number): Value {
  const [evens, odds] = [shapeOf(even)[dim]!, shapeOf(odd)[dim]!];
  const spreadEven = emitter.pad(even, dim, 0, evens === odds ? 1 : 0, 0, 1);
  const spreadOdd = emitter.pad(odd, dim, 1, evens === odds ? 0 : 1, 0, 1);
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

/** h_t = a_t h_{t-1} + x_t along `dim` from h = 0. */
export function prefixScan(emitter: Emitter, a: Value, x: Value, dim: number): Value {
  const size = shapeOf(x)[dim]!;
  if (size === 1) return x;
  const at = (values: Value, start: number, stop = size): Value => emitter.slice(values, dim, start, stop, 2);
  const reducedA = emitter.mul(at(a, 0, size - 1), at(a, 1));
  const reducedX = emitter.add(emitter.mul(at(a, 1), at(x, 0, size - 1)), at(x, 1));
  const odd = prefixScan(emitter, reducedA, reducedX, dim);
  const head = emitter.slice(x, dim, 0, 1);
  if (size === 2) return emitter.concat([head, odd], dim);
  const before = emitter.slice(odd, dim, 0, Math.ceil((size - 2) / 2));
  const later = emitter.add(emitter.mul(at(a, 2), before), at(x, 2));
  return interleave(emitter, emitter.concat([head, later], dim), odd, dim);
}

/** Both prefixes along `dim`: products of a, and states from h = 0. */
export const prefixPairs = (emitter: Emitter, a: Value, x: Value, dim: number): readonly [Value, Value] => [
  prefixProduct(emitter, a, dim),
  prefixScan(emitter, a, x, dim),
];

/** The input with a_0 h0 added to its first row along `dim`, so that the scan may start from zero; h0 has as many elements as a row. */
export function withStart(emitter: Emitter, x: Value, a: Value, h0: Value | undefined, dim: number): Value {
  if (h0 === undefined) return x;
  const shape = shapeOf(x);
  const carried = emitter.mul(emitter.slice(a, dim, 0, 1), emitter.reshape(h0, shape.with(dim, 1)));
  const first = emitter.add(emitter.slice(x, dim, 0, 1), carried);
  return emitter.concat([first, emitter.slice(x, dim, 1, shape[dim]!)], dim);
}

export const associative: ScanStrategy = (emitter, { x, a, h0 }) => {
  const [batch, time, channels] = shapeOf(x) as [number, number, number];
  const y = prefixScan(emitter, a, withStart(emitter, x, a, h0, 1), 1);
  return { y, last: emitter.reshape(emitter.slice(y, 1, time - 1, time), [batch, channels]) };
};
