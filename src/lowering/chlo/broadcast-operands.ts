/** @file The operands of a chlo.broadcast_ op in one shape, also where sizes are known at run time only. */
import { type Emitter, shapeOf, type Size, typeOf } from "../../ir/emit.js";
import type { Operation, Value } from "../../ir/operation.js";
import { violationError } from "../../ir/errors.js";
import {
  broadcastDimensionsProblem,
  broadcastTargets,
  unusedOperandProblem,
} from "../../ir/ops/chlo-broadcast.js";
import { type Dimension, dimensionOf, dimensionsOf, tensorOf } from "../../ir/ops/shape-checks.js";
import { DYNAMIC, isStatic, isUnbounded, type TensorType, tensorType, withElement } from "../../ir/types.js";

/** An operand, and the dimensions of the result that its own become. */
interface Placed {
  readonly value: Value;
  readonly targets: readonly number[];
}

/** A dimension of an operand. */
interface Source {
  readonly value: Value;
  readonly index: number;
}

/** The dimensions of operands that become dimension `target`, without those of size 1, which are repeated. */
const sourcesOf = (operands: readonly Placed[], target: number): readonly Source[] =>
  operands.flatMap(({ value, targets }) => {
    const index = targets.indexOf(target);
    return index < 0 || shapeOf(value)[index] === 1 ? [] : [{ value, index }];
  });

const dimensionAt = ({ value, index }: Source): Dimension => dimensionOf(typeOf(value), index);

/** What is known of a dimension of the result: one that has a known size has it whatever stands beside it. */
function commonDimension(sources: readonly Source[]): Dimension {
  if (sources.length === 0) return { size: 1, bound: DYNAMIC };
  const all = sources.map(dimensionAt);
  const known = all.find(({ size }) => size !== DYNAMIC);
  if (known !== undefined) return known;
  const [first] = all as [Dimension, ...Dimension[]];
  return all.every(({ bound }) => bound === first.bound) ? first : { size: DYNAMIC, bound: DYNAMIC };
}

/** The size at run time: where two differ, one is 1. */
function sizeAt(e: Emitter, sources: readonly Source[], { size }: Dimension): Size {
  if (size !== DYNAMIC) return size;
  return sources
    .map(({ value, index }) => e.sizeOf(value, index) as Value)
    .reduce((a, b) => e.select(e.compareTo("EQ", a, 1), b, a));
}

/** Whether a plugin that knows bounds computes it: no operand has a size at run time where the result has another type of size. */
const keepsBounds = (type: TensorType, operands: readonly Placed[]): boolean =>
  !isUnbounded(type) &&
  operands.every(({ value, targets }) =>
    targets.every((target, index) => {
      const { size, bound } = dimensionAt({ value, index });
      const wanted = dimensionOf(type, target);
      return size !== DYNAMIC || (wanted.size === DYNAMIC && wanted.bound === bound);
    }),
  );

/** An operand in a shape with bounds: as large as that may be, cut to the size at run time where the operand does not have it yet. */
function broadcastWithin(e: Emitter, { value, targets }: Placed, type: TensorType, sizes: SizeOf): Value {
  const goal = withElement(type, typeOf(value).element);
  if (value.type === goal) return value;
  const own = dimensionsOf(typeOf(value));
  const largest = dimensionsOf(goal).map((dimension, target): Dimension => {
    const isOwn = own[targets.indexOf(target)]?.size === DYNAMIC;
    return dimension.size === DYNAMIC && !isOwn ? { size: dimension.bound, bound: DYNAMIC } : dimension;
  });
  const repeated = e.builder.create(
    "stablehlo.broadcast_in_dim",
    [value],
    { broadcast_dimensions: targets },
    { results: [tensorOf(largest, goal.element)] },
  ).result;
  return goal.shape.reduce(
    (result, size, target) =>
      size === DYNAMIC && largest[target]!.size !== DYNAMIC
        ? e.withSize(result, sizes(target), target)
        : result,
    repeated,
  );
}

/** The size of a dimension of the result at run time. */
type SizeOf = (target: number) => Size;

/** The operands, all of the result's shape. @throws VerifyError where the op computes nothing of them, or the dimensions that are given do not fit them */
export function broadcastOperands(
  operation: Operation,
  e: Emitter,
  given?: readonly number[],
): readonly Value[] {
  const types = operation.operands.map(typeOf);
  const problem =
    unusedOperandProblem(operation.name, types) ?? (given && broadcastDimensionsProblem(types, given));
  if (problem !== undefined) throw violationError(operation, problem);
  const rank = shapeOf(operation.results[0]!).length;
  const operands = operation.operands.map((value) => ({
    value,
    targets: broadcastTargets(shapeOf(value).length, rank, given),
  }));
  const sources = Array.from({ length: rank }, (_, target) => sourcesOf(operands, target));
  const dimensions = sources.map(commonDimension);
  const type = tensorOf(dimensions, "i1");
  const isKnown = isStatic(type) && operands.every(({ value }) => isStatic(typeOf(value)));
  if (isKnown) return operands.map(({ value, targets }) => e.broadcast(value, type.shape, targets));
  const sizes: SizeOf = (target) => sizeAt(e, sources[target]!, dimensions[target]!);
  if (keepsBounds(type, operands)) return operands.map((operand) => broadcastWithin(e, operand, type, sizes));
  const shape = e.sizes(dimensions.map((_, target) => sizes(target)));
  return operands.map(
    ({ value, targets }) =>
      e.builder.create(
        "stablehlo.dynamic_broadcast_in_dim",
        [value, shape],
        { broadcast_dimensions: targets },
        { results: [tensorType(type.shape, typeOf(value).element)] },
      ).result,
  );
}
