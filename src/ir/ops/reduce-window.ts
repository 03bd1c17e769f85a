/** @file reduce_window and its transpose select_and_scatter. */
import { formatType, type TensorType, tensorType, withElement } from "../types.js";
import { isCompatible } from "../verify-types.js";
import { defineOp, operand, variadic } from "./define.js";
import { anyI64Array, optional } from "./kinds.js";
import { reductionOperands } from "./reduce.js";
import { checkReducer } from "./reducer.js";
import {
  checkLength,
  checkSameShapes,
  rankOf,
  returnedTypes,
  sameUpToPrecision,
  typeList,
  type View,
} from "./constraints.js";
import { dimensionsOf, tensorOf } from "./shape-checks.js";
import { checkWindow, type WindowLabels, windowOnes, windowPadding, windowResult } from "./window.js";

const reduceLabels: WindowLabels = {
  sizes: "reduce_window_c5",
  strides: ["reduce_window_c6", "reduce_window_c7"],
  baseDilations: ["reduce_window_c8", "reduce_window_c9"],
  windowDilations: ["reduce_window_c10", "reduce_window_c11"],
  padding: "reduce_window_c12",
};

const reduceWindow = defineOp({
  name: "stablehlo.reduce_window",
  summary: "Combines the elements under a window at each of its positions.",
  operands: [variadic("inputs", "PIFCQ"), variadic("init_values", "PIFCQ")],
  attributes: {
    window_dimensions: anyI64Array,
    window_strides: windowOnes,
    base_dilations: windowOnes,
    window_dilations: windowOnes,
    padding: windowPadding,
  },
  regions: ["body"],
  traits: ["pure"],
  infer: (op) => {
    const [inputs, inits] = reductionOperands(op, "reduce_window_c1");
    const { window_dimensions: sizes, window_strides: strides, padding } = op.attributes;
    const { base_dilations: baseDilations, window_dilations: windowDilations } = op.attributes;
    checkSameShapes(op, inputs, "inputs", "reduce_window_c2");
    checkLength(op, sizes, rankOf(inputs[0]!), "window_dimensions", "reduce_window_c4");
    const window = checkWindow(op, { sizes, strides, padding, baseDilations, windowDilations }, reduceLabels);
    const elements = checkReducer(op, op.body(0), {
      inputs,
      inits,
      // No type has a size beyond 2^53, so that rounding one makes no two equal.
      allowedShape: sizes.map(Number),
      constraint: "reduce_window_c13",
    });
    return inputs.map((input, i) => tensorOf(windowResult(dimensionsOf(input), window), elements[i]!));
  },
  assembly: "generic",
  example: [
    '%0 = "stablehlo.reduce_window"(%arg0, %arg1) <{window_dimensions = array<i64: 2>}> ({',
    "^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>):",
    "  %1 = stablehlo.add %arg2, %arg3 : tensor<f32>",
    "  stablehlo.return %1 : tensor<f32>",
    "}) : (tensor<4xf32>, tensor<f32>) -> tensor<3xf32>",
  ].join("\n"),
});

const scatterLabels: WindowLabels = {
  sizes: "select_and_scatter_c5",
  strides: ["select_and_scatter_c6", "select_and_scatter_c7"],
  padding: "select_and_scatter_c8",
};

/** select compares two elements of the operand. */
function checkSelect(op: View, from: TensorType): void {
  const block = op.body(0);
  const scalar = tensorType([], from.element);
  const taken = block.arguments.map((argument) => argument.type);
  const fits = taken.every(
    (type) => type.kind === "tensor" && rankOf(type) === 0 && sameUpToPrecision(type.element, from.element),
  );
  op.check(
    taken.length === 2 && fits,
    "select_and_scatter_c9",
    `select must take two ${formatType(scalar)}, takes ${typeList(taken)}`,
  );
  const made = returnedTypes(block);
  op.check(
    made.length === 1 && made[0] === tensorType([], "i1"),
    "select_and_scatter_c9",
    `select must return tensor<i1>, returns ${typeList(made)}`,
  );
}

const selectAndScatter = defineOp({
  name: "stablehlo.select_and_scatter",
  summary:
    "Adds each source element to the element that select picks under its window: max-pooling's gradient.",
  operands: [operand("operand", "PIFCQ"), operand("source", "PIFCQ"), operand("init_value", "PIFCQ")],
  attributes: {
    // What is absent of the others has its length: even a window of ones says something.
    window_dimensions: optional(anyI64Array),
    window_strides: windowOnes,
    padding: windowPadding,
  },
  regions: ["select", "scatter"],
  traits: ["pure"],
  infer: (op) => {
    const [from, source, init] = [op.tensor(0), op.tensor(1), op.tensor(2)];
    const { window_dimensions: sizes = [], window_strides: strides, padding } = op.attributes;
    checkSelect(op, from);
    const [element] = checkReducer(op, op.body(1), {
      inputs: [tensorType([], source.element)],
      inits: [init],
      allowedShape: [],
      constraint: "select_and_scatter_c10",
    });
    checkLength(op, sizes, rankOf(from), "window_dimensions", "select_and_scatter_c4");
    const window = checkWindow(op, { sizes, strides, padding }, scatterLabels);
    op.check(
      sameUpToPrecision(from.element, source.element),
      "select_and_scatter_c1",
      `operand and source differ in element type: ${formatType(from)} and ${formatType(source)}`,
    );
    const expected = tensorOf(windowResult(dimensionsOf(from), window), source.element);
    op.check(
      isCompatible(expected, source),
      "select_and_scatter_c2",
      `source must be ${formatType(expected)}, one element per window, got ${formatType(source)}`,
    );
    return [withElement(from, element!)];
  },
  assembly: "generic",
  example: [
    '%0 = "stablehlo.select_and_scatter"(%arg0, %arg1, %arg2) <{window_dimensions = array<i64: 2>, window_strides =',
    "array<i64: 2>}> ({\n^bb0(%arg3: tensor<f32>, %arg4: tensor<f32>):\n",
    " %1 = stablehlo.compare GE, %arg3, %arg4, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>\n",
    " stablehlo.return %1 : tensor<i1>\n}, {\n^bb0(%arg3: tensor<f32>, %arg4: tensor<f32>):\n",
    " %1 = stablehlo.add %arg3, %arg4 : tensor<f32>\n",
    " stablehlo.return %1 : tensor<f32>\n}) : (tensor<4xf32>, tensor<2xf32>, tensor<f32>) -> tensor<4xf32>",
  ].join(" "),
});

export const reduceWindowOps = [reduceWindow, selectAndScatter] as const;
