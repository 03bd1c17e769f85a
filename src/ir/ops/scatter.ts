/** @file scatter: updates at many places, the opposite of gather. */
import { DYNAMIC, formatType, type TensorType, tensorType, withElement } from "../types.js";
import { type AttributesOf, defineOp, operand, rowShape, variadic } from "./define.js";
import { bool, optional } from "./kinds.js";
import { checkReducer, reducerOf } from "./reducer.js";
import {
  checkInRange,
  checkLength,
  checkSameShapes,
  checkSorted,
  checkUnique,
  list,
  rankOf,
  sameSize,
  tensors,
  type View,
} from "./constraints.js";
import { scatterDimensionNumbers } from "./structs.js";

const attributes = {
  scatter_dimension_numbers: scatterDimensionNumbers,
  indices_are_sorted: optional(bool, false),
  unique_indices: optional(bool, false),
};
type Numbers = AttributesOf<typeof attributes>["scatter_dimension_numbers"];

/** scatter_indices' shape, with the size 1 that index_vector_dim implies when it is past the end. */
const indexShape = (indices: TensorType, vector: number): readonly number[] =>
  vector === rankOf(indices) ? [...indices.shape, 1] : indices.shape;

function checkNumbers(
  op: View,
  numbers: Numbers,
  into: TensorType,
  places: readonly number[],
  update: TensorType,
): void {
  const { update_window_dims: window, inserted_window_dims: inserted, input_batching_dims: batch } = numbers;
  const { scatter_indices_batching_dims: indexBatch, scatter_dims_to_operand_dims: map } = numbers;
  const { index_vector_dim: vector } = numbers;
  const rank = rankOf(into);
  const implied = window.length + inserted.length + batch.length;
  op.check(
    implied === rank,
    "scatter_c2",
    `update_window_dims, inserted_window_dims and input_batching_dims name ${implied} dimensions of inputs of rank ${rank}`,
  );
  checkSorted(op, window, "update_window_dims", "scatter_c7");
  checkUnique(op, window, "update_window_dims", "scatter_c7");
  checkInRange(op, window, rankOf(update), "update_window_dims", "scatter_c8");
  checkUnique(op, [...inserted, ...batch], "inserted_window_dims and input_batching_dims", "scatter_c9");
  checkSorted(op, inserted, "inserted_window_dims", "scatter_c10");
  checkInRange(op, inserted, rank, "inserted_window_dims", "scatter_c11");
  checkSorted(op, batch, "input_batching_dims", "scatter_c12");
  checkInRange(op, batch, rank, "input_batching_dims", "scatter_c13");
  checkUnique(op, indexBatch, "scatter_indices_batching_dims", "scatter_c14");
  checkInRange(op, indexBatch, places.length, "scatter_indices_batching_dims", "scatter_c15");
  op.check(
    !indexBatch.includes(vector),
    "scatter_c16",
    `scatter_indices_batching_dims ${list(indexBatch)} hold index_vector_dim ${vector}`,
  );
  checkLength(op, indexBatch, batch.length, "scatter_indices_batching_dims", "scatter_c17");
  batch.forEach((dimension, i) => {
    const [a, b] = [into.shape[dimension]!, places[indexBatch[i]!]!];
    op.check(sameSize(a, b), "scatter_c18", `batching dimensions #${i} have sizes ${a} and ${b}`);
  });
  const length = places[vector]!;
  op.check(
    length === DYNAMIC || map.length === length,
    "scatter_c19",
    `scatter_dims_to_operand_dims has ${map.length} items, index vectors have ${length}`,
  );
  checkUnique(op, [...map, ...batch], "scatter_dims_to_operand_dims and input_batching_dims", "scatter_c20");
  checkInRange(op, map, rank, "scatter_dims_to_operand_dims", "scatter_c21");
}

/** Updates are shaped by the index places, with windows no larger than the input at update_window_dims. */
function checkUpdate(
  op: View,
  numbers: Numbers,
  into: TensorType,
  places: readonly number[],
  update: TensorType,
): void {
  const { update_window_dims: window, inserted_window_dims: inserted, input_batching_dims: batch } = numbers;
  const largest = into.shape.filter((_, i) => !inserted.includes(i) && !batch.includes(i));
  const scattered = places.filter((_, i) => i !== numbers.index_vector_dim);
  update.shape.forEach((size, i) => {
    if (window.includes(i)) {
      const most = largest.shift()!;
      op.check(
        size === DYNAMIC || most === DYNAMIC || size <= most,
        "scatter_c4",
        `window dimension ${i} of ${formatType(update)} is larger than ${most}, its size in ${formatType(into)}`,
      );
      return;
    }
    const places = scattered.shift()!;
    op.check(
      sameSize(size, places),
      "scatter_c4",
      `scatter dimension ${i} of ${formatType(update)} must have size ${places}, as in scatter_indices`,
    );
  });
}

const scatter = defineOp({
  name: "stablehlo.scatter",
  summary: "The inputs with slices combined with updates at the places that scatter_indices hold.",
  operands: [variadic("inputs", "PIFCQ"), operand("scatter_indices", "PIXZ"), variadic("updates", "PIFCQ")],
  attributes,
  regions: ["update_computation"],
  traits: ["pure"],
  summedRows: ({ operands, attributes, regions }) => {
    const { scatter_dimension_numbers: numbers, indices_are_sorted: sorted = false } = attributes;
    const { index_vector_dim: vector, scatter_indices_batching_dims: batching } = numbers;
    const count = (operands.length - 1) / 2;
    // Any other body may mind the order in which updates of one place come.
    if (sorted || count !== 1 || reducerOf(regions[0]!.entry, 0, 1) === undefined) return [];
    const ofIndices = indexShape(operands[count]!.type as TensorType, vector).flatMap((_, i) =>
      i === vector ? [] : [i],
    );
    const ofUpdates = rowShape(operands[count + 1]!).flatMap((_, i) =>
      numbers.update_window_dims.includes(i) ? [] : [i],
    );
    return ofIndices.flatMap((place, at) =>
      batching.includes(place)
        ? []
        : [operands.map((_, i) => (i < count ? undefined : i === count ? place : ofUpdates[at]))],
    );
  },
  infer: (op) => {
    const count = (op.operands.length - 1) / 2;
    op.check(count > 0, "scatter_c5", "needs at least one input");
    const [inputs, updates] = [tensors(op, 0, count), tensors(op, count + 1)];
    const indices = op.tensor(count);
    const { scatter_dimension_numbers: numbers } = op.attributes;
    const { index_vector_dim: vector } = numbers;
    checkSameShapes(op, inputs, "inputs", "scatter_c1");
    checkSameShapes(op, updates, "updates", "scatter_c3");
    checkInRange(op, [vector], rankOf(indices) + 1, "index_vector_dim", "scatter_c22");
    const inits = updates.map((update) => tensorType([], update.element));
    const elements = checkReducer(op, op.body(0), {
      inputs,
      inits,
      allowedShape: [],
      constraint: "scatter_c23",
    });
    const places = indexShape(indices, vector);
    const [into, update] = [inputs[0]!, updates[0]!];
    const rank = places.length - 1 + numbers.update_window_dims.length;
    op.check(
      rankOf(update) === rank,
      "scatter_c4",
      `updates must have rank ${rank}: the scatter dimensions and update_window_dims, got ${formatType(update)}`,
    );
    checkNumbers(op, numbers, into, places, update);
    checkUpdate(op, numbers, into, places, update);
    return inputs.map((input, i) => withElement(input, elements[i]!));
  },
  assembly: "generic",
  example: [
    '%0 = "stablehlo.scatter"(%arg0, %arg1, %arg2) <{indices_are_sorted = false, scatter_dimension_numbers =',
    "#stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0],",
    "index_vector_dim = 1>, unique_indices = false}> ({\n^bb0(%arg3: tensor<f32>, %arg4: tensor<f32>):\n",
    " stablehlo.return %arg4 : tensor<f32>\n}) : (tensor<8x4xf32>, tensor<3x1xi32>, tensor<3x4xf32>) -> tensor<8x4xf32>",
  ].join(" "),
});

export const scatterOps = [scatter] as const;
