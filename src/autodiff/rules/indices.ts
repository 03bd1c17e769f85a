/** @file Index vectors of gathers and scatters: their bounds. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import { bitWidth } from "../../ir/types.js";

/** Where windows begin: index vectors along dimension `vector` of `indices`, whose component k is an index of dimension map[k]. */
export interface Starts {
  readonly indices: Value;
  readonly vector: number;
  readonly map: readonly number[];
}

/** Indices in a type that holds any size, and the largest start of each component that is in bounds. */
function withLimits(e: Emitter, { indices, vector, map }: Starts, whole: Value, window: readonly number[]) {
  const wide = bitWidth(typeOf(indices).element) < 32 ? e.convert(indices, "i32") : indices;
  const limits = map.map((dim) => shapeOf(whole)[dim]! - window[dim]!);
  const shape = shapeOf(wide);
  const { element } = typeOf(wide);
  const dims = vector < shape.length ? [vector] : [];
  const one =
    dims.length === 0 ? e.fill(limits[0]!, [], element) : e.numbers(limits, [limits.length], element);
  return { wide, limits: e.broadcast(one, shape, dims), zero: e.fill(0, shape, element) };
}

/** The indices moved into bounds, as gather takes them. */
export function clampedStarts(e: Emitter, starts: Starts, whole: Value, window: readonly number[]): Value {
  if (starts.map.length === 0) return starts.indices;
  const { wide, limits, zero } = withLimits(e, starts, whole, window);
  return e.builder.create("stablehlo.clamp", [zero, wide, limits], {}).result;
}

/** Whether the window at each place lies in bounds: indices without their vectors. */
export function inBounds(
  e: Emitter,
  starts: Starts,
  whole: Value,
  window: readonly number[],
): Value | undefined {
  if (starts.map.length === 0) return undefined;
  const { wide, limits, zero } = withLimits(e, starts, whole, window);
  const each = e.and(e.compare("GE", wide, zero), e.compare("LE", wide, limits));
  if (starts.vector === shapeOf(wide).length) return each;
  const bad = e.reduce("or", e.unary("not", each), starts.vector);
  return e.unary("not", bad);
}
