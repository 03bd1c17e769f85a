/** @file top_k: a sort of values and their places, of which the first k are kept. */
import type { OperationOf } from "../../ir/ops/index.js";
import type { Builder } from "../../ir/builder.js";
import type { Value } from "../../ir/operation.js";
import { isFloat, type TensorType, tensorType, withElement } from "../../ir/types.js";

export function topK(operation: OperationOf<"chlo.top_k">, builder: Builder): readonly Value[] {
  const x = operation.operands[0]!;
  const type = x.type as TensorType;
  const dimension = type.shape.length - 1;
  const places = withElement(type, "i32");
  const iota = builder.create(
    "stablehlo.iota",
    [],
    { iota_dimension: dimension },
    { results: [places] },
  ).result;
  const [value, place] = [tensorType([], type.element), tensorType([], "i32")];
  const comparator = builder.region([value, value, place, place], ([a, b], inner) => {
    // In total order NaNs come first, as the largest.
    const isGreater = inner.create("stablehlo.compare", [a!, b!], {
      comparison_direction: "GT",
      ...(isFloat(type.element) ? { compare_type: "TOTALORDER" } : {}),
    });
    inner.create("stablehlo.return", [isGreater.result], {});
  });
  const sorted = builder.create(
    "stablehlo.sort",
    [x, iota],
    { dimension, is_stable: true },
    { regions: [comparator] },
  );
  return sorted.results.map(
    (result) =>
      builder.create("stablehlo.slice", [result], {
        start_indices: type.shape.map(() => 0),
        limit_indices: type.shape.with(dimension, operation.attributes.k),
        strides: type.shape.map(() => 1),
      }).result,
  );
}
