/** @file ragged_dot as products of dense tensors. */
import { type DotDims, type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import { freeDimensions, prefixDimensions, raggedMode } from "../../ir/ops/ragged-dot.js";
import type { Attributes, OperationOf } from "../../ir/ops/index.js";

/** Where each group ends: running sums of `sizes` [..., groups] along the last dimension. */
function endsOf(e: Emitter, sizes: Value): Value {
  const shape = shapeOf(sizes);
  const last = shape.length - 1;
  const square = [...shape, shape[last]!];
  const each = e.broadcast(sizes, square, [...Array(last).keys(), last + 1]);
  const isBefore = e.compare("LE", e.iota(square, last + 1, "i64"), e.iota(square, last, "i64"));
  return e.reduce("add", e.select(isBefore, each, e.fill(0, square, "i64")), last + 1);
}

type Numbers = Attributes<"chlo.ragged_dot">["ragged_dot_dimension_numbers"];

/** dot_general of operands with these batching and contracting dimensions, with the result type and precision of `operation`. */
function product(
  operation: OperationOf<"chlo.ragged_dot">,
  e: Emitter,
  [lhs, rhs]: readonly [Value, Value],
  dims: DotDims,
): Value {
  const { precision_config } = operation.attributes;
  const { element } = typeOf(operation.results[0]!);
  return e.dot(lhs, rhs, dims, element, precision_config === undefined ? {} : { precision_config });
}

const dimensionsOf = (numbers: Numbers): DotDims & Required<DotDims> => ({
  batch: [numbers.lhs_batching_dimensions, numbers.rhs_batching_dimensions],
  contract: [numbers.lhs_contracting_dimensions, numbers.rhs_contracting_dimensions],
});

/** Whether each place of `shape` is one of its group's: its index in `row` lies between the beginning and end of the group of `targets`. */
function isInGroup(
  e: Emitter,
  groupSizes: Value,
  shape: readonly number[],
  row: number,
  targets: readonly number[],
): Value {
  const sizes = e.convert(groupSizes, "i64");
  const ends = endsOf(e, sizes);
  const position = e.iota(shape, row, "i64");
  const isFrom = e.compare("GE", position, e.broadcast(e.binary("subtract", ends, sizes), shape, targets));
  const isBelow = e.compare("LT", position, e.broadcast(ends, shape, targets));
  return e.and(isFrom, isBelow);
}

/** The ragged dimension is not contracted: the product with every group, of which each row keeps its own. */
function overRows(operation: OperationOf<"chlo.ragged_dot">, e: Emitter): Value {
  const [lhs, rhs, groupSizes] = operation.operands as readonly [Value, Value, Value];
  const numbers = operation.attributes.ragged_dot_dimension_numbers;
  const batch = numbers.lhs_batching_dimensions;
  const [lhsFree, rhsFree] = freeDimensions(numbers, shapeOf(lhs).length, shapeOf(rhs).length);
  // Result dimensions: batch, free of lhs, free of rhs with the groups among them.
  const products = product(operation, e, [lhs, rhs], dimensionsOf(numbers));
  const shape = shapeOf(products);
  const row = batch.length + lhsFree.indexOf(numbers.lhs_ragged_dimensions[0]!);
  const group = batch.length + lhsFree.length + rhsFree.indexOf(numbers.rhs_group_dimensions[0]!);
  // Group sizes of their own have the dimensions before the ragged one, in the order of the products.
  const targets = [...Array(shapeOf(groupSizes).length - 1).keys(), group];
  // Rows of no group are 0. A product is chosen, not multiplied by 0: infinities of other groups do not reach it.
  const none = e.fill(0, shape, typeOf(products).element);
  return e.reduce("add", e.select(isInGroup(e, groupSizes, shape, row, targets), products, none), group);
}

/** One copy of `x` for each group, [groups, ...x], with 0 where index `ragged` is not of the group; `prefix` are the dimensions with group sizes of their own. */
function perGroup(e: Emitter, x: Value, groupSizes: Value, ragged: number, prefix: readonly number[]): Value {
  const own = shapeOf(x);
  const shape = [shapeOf(groupSizes).at(-1)!, ...own];
  const copies = e.broadcast(
    x,
    shape,
    own.map((_, i) => i + 1),
  );
  const targets = [...(shapeOf(groupSizes).length === 1 ? [] : prefix.map((i) => i + 1)), 0];
  const none = e.fill(0, shape, typeOf(x).element);
  return e.select(isInGroup(e, groupSizes, shape, ragged + 1, targets), copies, none);
}

/** The ragged dimension is contracted: each group has a product of its own, of its part of both. */
function overContracted(operation: OperationOf<"chlo.ragged_dot">, e: Emitter): Value {
  const [lhs, rhs, groupSizes] = operation.operands as readonly [Value, Value, Value];
  const numbers = operation.attributes.ragged_dot_dimension_numbers;
  const { batch, contract } = dimensionsOf(numbers);
  const prefix = prefixDimensions(numbers, shapeOf(lhs).length);
  /** The dimension of rhs that is paired with one of lhs. */
  const paired = (dimension: number): number =>
    [...batch[1], ...contract[1]][[...batch[0], ...contract[0]].indexOf(dimension)]!;
  const ragged = numbers.lhs_ragged_dimensions[0]!;
  // Both sides: 0 times an infinity of another group would be no number.
  const sides = [
    perGroup(e, lhs, groupSizes, ragged, prefix),
    perGroup(e, rhs, groupSizes, paired(ragged), prefix.map(paired)),
  ] as const;
  const behindGroups = (dimensions: readonly number[]): readonly number[] => dimensions.map((i) => i + 1);
  return product(operation, e, sides, {
    batch: [
      [0, ...behindGroups(batch[0])],
      [0, ...behindGroups(batch[1])],
    ],
    contract: [behindGroups(contract[0]), behindGroups(contract[1])],
  });
}

export function raggedDot(operation: OperationOf<"chlo.ragged_dot">, e: Emitter): readonly Value[] {
  const [lhs, rhs] = operation.operands as readonly [Value, Value, Value];
  const numbers = operation.attributes.ragged_dot_dimension_numbers;
  switch (raggedMode(numbers)) {
    case "free":
      return [overRows(operation, e)];
    case "contracting":
      return [overContracted(operation, e)];
    // Each index of the batch is a product of its own, of whatever group it is.
    case "batching":
      return [product(operation, e, [lhs, rhs], dimensionsOf(numbers))];
  }
}
