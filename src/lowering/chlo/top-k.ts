/** @file top_k: a sort of values and their places, of which the first k are kept. */
import { type Emitter, largestShape, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { isFloat, isStatic, isUnbounded, tensorType, type Type, withElement } from "../../ir/types.js";

/** The place of each element along `dimension`. */
function placesOf(e: Emitter, x: Value, dimension: number): Value {
  const type = typeOf(x);
  if (!isUnbounded(type)) return e.limited(e.iota(largestShape(type), dimension), x);
  const operands = [e.sizes(type.shape.map((_, i) => e.sizeOf(x, i)))];
  const options = { results: [withElement(type, "i32")] };
  return e.builder.create("stablehlo.dynamic_iota", operands, { iota_dimension: dimension }, options).result;
}

/** The first `count` along the last dimension, as `type`. */
function firstOf(e: Emitter, x: Value, count: number, type: Type): Value {
  const shape = shapeOf(x);
  const last = shape.length - 1;
  if (isStatic(typeOf(x))) return e.slice(x, last, 0, count);
  const limits = e.sizes(shape.map((_, i) => (i === last ? count : e.sizeOf(x, i))));
  const [starts, strides] = [e.fill(0, [shape.length], "i32"), e.fill(1, [shape.length], "i32")];
  const operands = [x, starts, limits, strides];
  return e.builder.create("stablehlo.real_dynamic_slice", operands, {}, { results: [type] }).result;
}

export function topK(operation: OperationOf<"chlo.top_k">, e: Emitter): readonly Value[] {
  const x = operation.operands[0]!;
  const { element } = typeOf(x);
  const dimension = shapeOf(x).length - 1;
  const [value, place] = [tensorType([], element), tensorType([], "i32")];
  const comparator = e.builder.region([value, value, place, place], ([a, b], inner) => {
    // In total order NaNs come first, as the largest.
    const isGreater = inner.create("stablehlo.compare", [a!, b!], {
      comparison_direction: "GT",
      ...(isFloat(element) ? { compare_type: "TOTALORDER" } : {}),
    });
    inner.create("stablehlo.return", [isGreater.result], {});
  });
  const sorted = e.builder.create(
    "stablehlo.sort",
    [x, placesOf(e, x, dimension)],
    { dimension, is_stable: true },
    { regions: [comparator] },
  );
  const count = Number(operation.attributes.k);
  return sorted.results.map((result, i) => firstOf(e, result, count, operation.results[i]!.type));
}
