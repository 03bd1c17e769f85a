/** @file ragged_dot whose ragged dimension is not contracted: the product with every group, of which each row keeps its own. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import { freeDimensions, raggedMode } from "../../ir/ops/ragged-dot.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { UsageError } from "../../support/errors.js";

/** Where each group ends: running sums of `sizes` [..., groups] along the last dimension. */
function endsOf(e: Emitter, sizes: Value): Value {
  const shape = shapeOf(sizes);
  const last = shape.length - 1;
  const square = [...shape, shape[last]!];
  const each = e.broadcast(sizes, square, [...Array(last).keys(), last + 1]);
  const isBefore = e.compare("LE", e.iota(square, last + 1, "i64"), e.iota(square, last, "i64"));
  return e.reduce("add", e.select(isBefore, each, e.fill(0, square, "i64")), last + 1);
}

/** @throws UsageError when the ragged dimension is contracted or a batching one */
export function raggedDot(operation: OperationOf<"chlo.ragged_dot">, e: Emitter): readonly Value[] {
  const [lhs, rhs, groupSizes] = operation.operands as readonly [Value, Value, Value];
  const { ragged_dot_dimension_numbers: numbers, precision_config } = operation.attributes;
  const mode = raggedMode(numbers);
  if (mode !== "free")
    throw new UsageError({
      message: `chlo.ragged_dot with a ragged dimension that is ${mode} is not lowered`,
      expected: "a ragged dimension of lhs that is neither batching nor contracting",
      got: `lhs_ragged_dimensions = [${numbers.lhs_ragged_dimensions.join(", ")}], which is ${mode}`,
    });
  const batch = numbers.lhs_batching_dimensions;
  const [lhsFree, rhsFree] = freeDimensions(numbers, shapeOf(lhs).length, shapeOf(rhs).length);
  // Result dimensions: batch, free of lhs, free of rhs with the groups among them.
  const products = e.dot(
    lhs,
    rhs,
    {
      batch: [batch, numbers.rhs_batching_dimensions],
      contract: [numbers.lhs_contracting_dimensions, numbers.rhs_contracting_dimensions],
    },
    typeOf(operation.results[0]!).element,
    precision_config === undefined ? {} : { precision_config },
  );
  const shape = shapeOf(products);
  const row = batch.length + lhsFree.indexOf(numbers.lhs_ragged_dimensions[0]!);
  const group = batch.length + lhsFree.length + rhsFree.indexOf(numbers.rhs_group_dimensions[0]!);
  const sizes = e.convert(groupSizes, "i64");
  const ends = endsOf(e, sizes);
  // Group sizes of their own have the dimensions before the ragged one, in the order of the products.
  const targets = [...Array(shapeOf(sizes).length - 1).keys(), group];
  const position = e.iota(shape, row, "i64");
  const isFrom = e.compare("GE", position, e.broadcast(e.binary("subtract", ends, sizes), shape, targets));
  const isBelow = e.compare("LT", position, e.broadcast(ends, shape, targets));
  // Rows of no group are 0. A product is chosen, not multiplied by 0: infinities of other groups do not reach it.
  const none = e.fill(0, shape, typeOf(products).element);
  return [e.reduce("add", e.select(e.and(isFrom, isBelow), products, none), group)];
}
