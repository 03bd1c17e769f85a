/** @file Rules of gather and scatter: each is the gradient of the other. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Operation, Region, Value } from "../../ir/operation.js";
import type { Attributes, OperationOf } from "../../ir/ops/index.js";
import { elementCount, type ElementType, tensorType } from "../../ir/types.js";
import { filledLike, reducerBody, where, zeros, zerosLike } from "../arithmetic.js";
import { notDifferentiableError } from "../errors.js";
import type { Contribution, InPlace } from "../../ir/gradient-rule.js";
import { differentiable, type Rules } from "../rule.js";
import { clampedStarts, inBounds, type Starts } from "./indices.js";
import { reducerOf } from "../../ir/ops/reducer.js";

/** The part of a gather added where it came from, by a scatter into what there is. */
function scattered(e: Emitter, op: OperationOf<"stablehlo.gather">, g: Value): InPlace {
  const { dimension_numbers: numbers, slice_sizes: window } = op.attributes;
  const [whole, indices] = op.operands as readonly [Value, Value];
  const { start_index_map: map, index_vector_dim: vector } = numbers;
  return {
    into(sum) {
      const places = clampedStarts(e, { indices, vector, map }, whole, window);
      const operands = [sum ?? zerosLike(e, whole), places, g];
      const attributes = {
        scatter_dimension_numbers: {
          update_window_dims: numbers.offset_dims,
          inserted_window_dims: numbers.collapsed_slice_dims,
          input_batching_dims: numbers.operand_batching_dims,
          scatter_indices_batching_dims: numbers.start_indices_batching_dims,
          scatter_dims_to_operand_dims: map,
          index_vector_dim: vector,
        },
        // Vectors that were moved into bounds may be in order no more.
        indices_are_sorted: map.length <= 1 && op.attributes.indices_are_sorted === true,
      };
      const regions = [reducerBody(e, "add", typeOf(g).element)];
      return e.builder.create("stablehlo.scatter", operands, attributes, { regions }).results[0]!;
    },
  };
}

type Scatter = OperationOf<"stablehlo.scatter">;

const startsOf = (op: Scatter): Starts => {
  const { scatter_dims_to_operand_dims: map, index_vector_dim: vector } =
    op.attributes.scatter_dimension_numbers;
  return { indices: op.operands[(op.operands.length - 1) / 2]!, vector, map };
};

/** The window of a scatter in each dimension of its input: 1 where the updates have none. */
function windowOf(op: Scatter, whole: Value, updates: Value): readonly number[] {
  const numbers = op.attributes.scatter_dimension_numbers;
  const single = [...numbers.inserted_window_dims, ...numbers.input_batching_dims];
  const sizes = numbers.update_window_dims.map((dim) => shapeOf(updates)[dim]!);
  return shapeOf(whole).map((_, i) => (single.includes(i) ? 1 : sizes.shift()!));
}

/** What stands in `values`, which is like the input, at the places of the updates. */
function taken(e: Emitter, op: Scatter, values: Value, updates: Value): Value {
  const numbers = op.attributes.scatter_dimension_numbers;
  const attributes: Attributes<"stablehlo.gather"> = {
    dimension_numbers: {
      offset_dims: numbers.update_window_dims,
      collapsed_slice_dims: numbers.inserted_window_dims,
      operand_batching_dims: numbers.input_batching_dims,
      start_indices_batching_dims: numbers.scatter_indices_batching_dims,
      start_index_map: numbers.scatter_dims_to_operand_dims,
      index_vector_dim: numbers.index_vector_dim,
    },
    slice_sizes: windowOf(op, values, updates),
  };
  return e.builder.create("stablehlo.gather", [values, startsOf(op).indices], attributes).result;
}

/** `values`, like the updates, with zeros for windows that are out of bounds and were not written. */
function written(e: Emitter, op: Scatter, values: Value, whole: Value): Value {
  const inside = inBounds(e, startsOf(op), whole, windowOf(op, whole, values));
  if (inside === undefined) return values;
  const { update_window_dims: window } = op.attributes.scatter_dimension_numbers;
  const outer = shapeOf(values).flatMap((_, i) => (window.includes(i) ? [] : [i]));
  return where(e, e.broadcast(inside, shapeOf(values), outer), values);
}

function replacingBody(e: Emitter, element: ElementType): Region {
  const scalar = tensorType([], element);
  return e.builder.region([scalar, scalar], (args, inner) => {
    inner.create("stablehlo.return", [args[1]!], {});
  });
}

/** The same scatter of other values: they replace what is there, or are combined with it by another body. */
function scatterOf(
  e: Emitter,
  op: Scatter,
  whole: Value,
  updates: Value,
  body = replacingBody(e, typeOf(whole).element),
): Value {
  const operands = [whole, startsOf(op).indices, updates];
  return e.builder.create("stablehlo.scatter", operands, op.attributes, { regions: [body] }).results[0]!;
}

/** Updates numbered from 1, and which of them each element of the input holds at last: 0 for none. */
function winners(e: Emitter, op: Scatter, whole: Value, updates: Value) {
  const count = elementCount(shapeOf(updates));
  const numbers = e.scalar("add", e.reshape(e.iota([count], 0), shapeOf(updates)), 1);
  return { numbers, holds: scatterOf(e, op, zeros(e, tensorType(shapeOf(whole), "i32")), numbers) };
}

/** The pair of contributions of a scatter that replaces: to the input where nothing was written, to the update that stayed. */
function byReplacing(
  e: Emitter,
  op: Scatter,
  g: Value,
  whole: Value,
  updates: Value,
): readonly Contribution[] {
  return [
    () => scatterOf(e, op, g, zerosLike(e, updates)),
    () => {
      const mine = written(e, op, taken(e, op, g, updates), whole);
      if (op.attributes.unique_indices === true) return mine;
      const { numbers, holds } = winners(e, op, whole, updates);
      return where(e, e.compare("EQ", taken(e, op, holds, updates), numbers), mine);
    },
  ];
}

function byAdding(e: Emitter, op: Scatter, g: Value, whole: Value, updates: Value): readonly Contribution[] {
  return [() => g, () => written(e, op, taken(e, op, g, updates), whole)];
}

/** Of products at places that are all different. */
function byMultiplying(
  e: Emitter,
  op: Scatter,
  g: Value,
  whole: Value,
  updates: Value,
): readonly Contribution[] {
  return [
    () => e.mul(g, scatterOf(e, op, filledLike(e, whole, 1), updates)),
    () => written(e, op, taken(e, op, e.mul(g, whole), updates), whole),
  ];
}

/** Of the largest or smallest at each place: what is that there, the input or updates, shares the cotangent in equal parts. */
function byExtremum(
  e: Emitter,
  op: Scatter & Operation,
  index: number,
  g: Value,
  [whole, updates]: readonly [Value, Value],
): readonly Contribution[] {
  const y = op.results[index]!;
  const { element } = typeOf(g);
  const areBest = (): Value => e.convert(e.compare("EQ", updates, taken(e, op, y, updates)), element);
  const best = (): Value => written(e, op, areBest(), whole);
  const isBest = (): Value => e.compare("EQ", whole, y);
  const shares = (): Value =>
    e.div(g, scatterOf(e, op, e.convert(isBest(), element), best(), reducerBody(e, "add", element)));
  return [
    () => where(e, isBest(), shares()),
    () => {
      const mine = best();
      return where(e, e.compareTo("NE", mine, 0), taken(e, op, shares(), updates));
    },
  ];
}

/** Whether accumulator `index` of a scatter becomes its update. */
function replaces({ regions }: Operation, index: number, count: number): boolean {
  const body = regions[0]!.entry;
  return body.last!.operands[index] === body.arguments[count + index];
}

function scatterPair(e: Emitter, op: Scatter & Operation, index: number, g: Value): readonly Contribution[] {
  const count = op.results.length;
  const [whole, updates] = [op.operands[index]!, op.operands[count + 1 + index]!];
  if (typeOf(whole).element !== typeOf(updates).element || typeOf(g).element !== typeOf(whole).element)
    throw notDifferentiableError(op, "inputs, updates and results are of different element types");
  const reducer = reducerOf(op.regions[0]!.entry, index, count);
  if (replaces(op, index, count)) return byReplacing(e, op, g, whole, updates);
  if (reducer === "add") return byAdding(e, op, g, whole, updates);
  if (reducer === "maximum" || reducer === "minimum") return byExtremum(e, op, index, g, [whole, updates]);
  if (reducer === "multiply" && op.attributes.unique_indices === true)
    return byMultiplying(e, op, g, whole, updates);
  throw notDifferentiableError(
    op,
    "it combines by another function than add, maximum, minimum, replacement, or multiply at unique indices",
  );
}

export const gatherRules: Rules<"stablehlo.gather" | "stablehlo.scatter"> = {
  "stablehlo.gather": differentiable(({ e, op, cotangent }) => [scattered(e, op, cotangent)]),
  "stablehlo.scatter": differentiable(({ e, op, cotangents }) => {
    const pairs = cotangents.map((g, i) => (g === undefined ? undefined : scatterPair(e, op, i, g)));
    return [...pairs.map((pair) => pair?.[0]), undefined, ...pairs.map((pair) => pair?.[1])];
  }),
};
