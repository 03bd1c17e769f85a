/**
 * @file The gradient of sort. The forward sort is made to sort the numbers of the elements too; sorting the cotangents by these brings
 * them back to where their elements were.
 */
import { Builder } from "../../ir/builder.js";
import { Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Operation, Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { addArgument, addResults, setOperands } from "../../ir/rewriter.js";
import { tensorType } from "../../ir/types.js";
import type { BackwardWalk } from "../rule.js";

type Sort = OperationOf<"stablehlo.sort"> & Operation;

const dimensionOf = ({ attributes: { dimension = -1 }, operands }: Sort): number =>
  dimension < 0 ? dimension + shapeOf(operands[0]!).length : dimension;

/** Makes a sort carry the elements' numbers along its dimension; gives them in sorted order. */
function sortedNumbers(sort: Sort): Value {
  const before = new Emitter(Builder.before(sort));
  const numbers = before.iota(shapeOf(sort.operands[0]!), dimensionOf(sort));
  setOperands(sort, [...sort.operands, numbers]);
  const scalar = tensorType([], "i32");
  for (let i = 0; i < 2; i++) addArgument(sort.regions[0]!.entry, scalar);
  return addResults(sort, [numbers.type])[0]!;
}

export function sortGradient(
  walk: BackwardWalk,
  sort: Sort,
  cotangents: readonly (Value | undefined)[],
): void {
  const { builder } = walk.e;
  const places = cotangents.flatMap((cotangent, i) => (cotangent === undefined ? [] : [i]));
  const values = places.map((i) => cotangents[i]!);
  const inputs = [...sort.operands];
  const dimension = dimensionOf(sort);
  const numbers = sortedNumbers(sort);
  const scalars = [numbers, ...values].flatMap((value) => {
    const scalar = tensorType([], typeOf(value).element);
    return [scalar, scalar];
  });
  const comparator = builder.region(scalars, (args, inner) => {
    const less = new Emitter(inner).compare("LT", args[0]!, args[1]!);
    inner.create("stablehlo.return", [less], {});
  });
  const { results } = builder.create(
    "stablehlo.sort",
    [numbers, ...values],
    { dimension, is_stable: false },
    { regions: [comparator] },
  );
  places.forEach((place, i) => {
    walk.give(inputs[place]!, () => results[i + 1]!);
  });
}
