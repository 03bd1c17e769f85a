/** @file reduce, map and sort: ops whose body works on single elements. */
import { formatType, type TensorType, tensorType, withElement } from "../types.js";
import { defineOp, type OpView, rowShape, variadic } from "./define.js";
import { bool, i64, i64Array, optional } from "./kinds.js";
import { checkReducer } from "./reducer.js";
import {
  checkInRange,
  checkSameShapes,
  checkUnique,
  list,
  rankOf,
  returnedTypes,
  tensors,
  typeList,
  type View,
} from "./constraints.js";
import { dimensionsOf, tensorOf } from "./shape-checks.js";

/** Inputs and initial values, as many of one as of the other. */
export function reductionOperands(op: View, constraint: string): [TensorType[], TensorType[]] {
  const count = op.operands.length / 2;
  op.check(count > 0, constraint, "needs at least one input and its initial value");
  return [tensors(op, 0, count), tensors(op, count)];
}

const reduce = defineOp({
  name: "stablehlo.reduce",
  summary: "Combines all elements along the dimensions, starting from init_values; the order is not fixed.",
  operands: [variadic("inputs", "PIFCQ"), variadic("init_values", "PIFCQ")],
  attributes: { dimensions: i64Array },
  regions: ["body"],
  traits: ["pure"],
  rowAxes: ({ operands, results, attributes }, axis) => {
    const kept = rowShape(operands[0]!).flatMap((_, i) => (attributes.dimensions.includes(i) ? [] : [i]));
    const inputs = operands.length / 2;
    return {
      operands: operands.map((_, i) => (i < inputs ? kept[axis] : undefined)),
      results: results.map(() => axis),
    };
  },
  summedRows: ({ operands, attributes }) =>
    attributes.dimensions.map((dimension) =>
      operands.map((_, i) => (i < operands.length / 2 ? dimension : undefined)),
    ),
  infer: (op) => {
    const [inputs, inits] = reductionOperands(op, "reduce_c3");
    const { dimensions } = op.attributes;
    checkSameShapes(op, inputs, "inputs", "reduce_c1");
    checkInRange(op, dimensions, rankOf(inputs[0]!), "dimensions", "reduce_c4");
    checkUnique(op, dimensions, "dimensions", "reduce_c5");
    const kept = dimensionsOf(inputs[0]!).filter((_, i) => !dimensions.includes(i));
    const allowedShape = kept.map((dimension) => dimension.size);
    const elements = checkReducer(op, op.body(0), { inputs, inits, allowedShape, constraint: "reduce_c6" });
    return elements.map((element) => tensorOf(kept, element));
  },
  assembly: "custom",
  example:
    "%0 = stablehlo.reduce(%arg0 init: %arg1) applies stablehlo.add across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>",
});

const map = defineOp({
  name: "stablehlo.map",
  summary: "Applies a computation to the elements at each position.",
  operands: [variadic("inputs", "PIFCQ")],
  attributes: { dimensions: i64Array },
  regions: ["computation"],
  traits: ["pure", "deprecated"],
  infer: (op) => {
    const inputs = tensors(op);
    op.check(inputs.length > 0, "map_c2", "needs at least one input");
    const block = op.body(0);
    const [taken, made] = [block.arguments.map((argument) => argument.type), returnedTypes(block)];
    const scalars = inputs.map((input) => tensorType([], input.element));
    op.check(
      taken.length === scalars.length && taken.every((type, i) => type === scalars[i]),
      "map_c4",
      `the computation must take ${typeList(scalars)}, takes ${typeList(taken)}`,
    );
    const type = made[0];
    op.check(
      made.length === 1 && type?.kind === "tensor" && rankOf(type) === 0,
      "map_c4",
      `the computation must return one scalar, returns ${typeList(made)}`,
    );
    const { dimensions } = op.attributes;
    op.check(
      inputs.every((input) => rankOf(input) === dimensions.length) && dimensions.every((d, i) => d === i),
      "map_c3",
      `dimensions must count all dimensions of the inputs, got ${list(dimensions)}`,
    );
    checkSameShapes(op, inputs, "inputs", "map_c1");
    return [withElement(inputs[0]!, (type as TensorType).element)];
  },
  assembly: "generic",
  example: [
    '%0 = "stablehlo.map"(%arg0) <{dimensions = array<i64: 0>}> ({',
    "^bb0(%arg1: tensor<f32>):",
    "  %1 = stablehlo.negate %arg1 : tensor<f32>",
    "  stablehlo.return %1 : tensor<f32>",
    "}) : (tensor<4xf32>) -> tensor<4xf32>",
  ].join("\n"),
});

function checkComparator(op: OpView<unknown>, inputs: readonly TensorType[]): void {
  const block = op.body(0);
  const expected = inputs.flatMap((input) => [tensorType([], input.element), tensorType([], input.element)]);
  const taken = block.arguments.map((argument) => argument.type);
  op.check(
    taken.length === expected.length && taken.every((type, i) => type === expected[i]),
    "sort_c5",
    `the comparator must take ${typeList(expected)}, takes ${typeList(taken)}`,
  );
  const made = returnedTypes(block);
  op.check(
    made.length === 1 && made[0] === tensorType([], "i1"),
    "sort_c5",
    `the comparator must return tensor<i1>, returns ${typeList(made)}`,
  );
}

const sort = defineOp({
  name: "stablehlo.sort",
  summary: "Sorts the inputs together along one dimension by a comparator.",
  operands: [variadic("inputs", "PIFCQ")],
  attributes: { dimension: optional(i64, -1), is_stable: optional(bool, false) },
  regions: ["comparator"],
  traits: ["pure"],
  rowAxes: ({ operands, results, attributes: { dimension = -1 } }, axis) => {
    const isSorted = axis === (dimension + rowShape(operands[0]!).length) % rowShape(operands[0]!).length;
    return isSorted ? undefined : { operands: operands.map(() => axis), results: results.map(() => axis) };
  },
  infer: (op) => {
    const inputs = tensors(op);
    op.check(inputs.length > 0, "sort_c1", "needs at least one input");
    checkSameShapes(op, inputs, "inputs", "sort_c3");
    const { dimension = -1 } = op.attributes;
    const rank = rankOf(inputs[0]!);
    op.check(
      -rank <= dimension && dimension < rank,
      "sort_c4",
      `dimension must lie in [-${rank}, ${rank}) for ${formatType(inputs[0]!)}, got ${dimension}`,
    );
    checkComparator(op, inputs);
    return inputs;
  },
  assembly: "generic",
  example: [
    '%0 = "stablehlo.sort"(%arg0) <{dimension = 0 : i64, is_stable = true}> ({',
    "^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>):",
    "  %1 = stablehlo.compare LT, %arg1, %arg2, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>",
    "  stablehlo.return %1 : tensor<i1>",
    "}) : (tensor<4xf32>) -> tensor<4xf32>",
  ].join("\n"),
});

export const reduceOps = [reduce, map, sort] as const;
