/** @file top_k: a sort of values and their places, of which the first k are kept. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { isFloat, tensorType } from "../../ir/types.js";

export function topK(operation: OperationOf<"chlo.top_k">, e: Emitter): readonly Value[] {
  const x = operation.operands[0]!;
  const { element } = typeOf(x);
  const dimension = shapeOf(x).length - 1;
  const places = e.iota(shapeOf(x), dimension);
  const [value, place] = [tensorType([], element), tensorType([], "i32")];
  const comparator = e.builder.region([value, value, place, place], ([a, b], inner) => {
    // In total order NaNs come first, as the largest.
    const isGreater = inner.create("stablehlo.compare", [a!, b!], {
      comparison_direction: "GT",
      ...(isFloat(element) ? { compare_type: "TOTALORDER" } : {}),
    });
    inner.create("stablehlo.return", [isGreater.result], {});
  });
  const attributes = { dimension, is_stable: true };
  const sorted = e.builder.create("stablehlo.sort", [x, places], attributes, { regions: [comparator] });
  const count = shapeOf(operation.results[0]!)[dimension]!;
  return sorted.results.map((result) => e.slice(result, dimension, 0, count));
}
