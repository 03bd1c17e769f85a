/** @file flatten-dots: products of [.., k] with a matrix become products of two matrices, which every backend has a path for. */
import type { Value } from "../ir/operation.js";
import type { OperationOf } from "../ir/ops/index.js";
import { tensorType } from "../ir/types.js";
import { definePass } from "../passes/pass.js";
import { type Emitter, shapeOf, typeOf } from "./emit.js";
import { replaceEach } from "./replace.js";

/** Whether `op` sums over the last of more than two dimensions of its first operand and pairs up none. */
function isFlattenable(op: OperationOf<"stablehlo.dot_general">): boolean {
  const dims = op.attributes.dot_dimension_numbers;
  const rank = shapeOf(op.operands[0]!).length;
  const [contracted] = dims.lhs_contracting_dimensions;
  return (
    rank > 2 &&
    dims.lhs_batching_dimensions.length === 0 &&
    dims.lhs_contracting_dimensions.length === 1 &&
    contracted === rank - 1
  );
}

function flatten(e: Emitter, op: OperationOf<"stablehlo.dot_general">): readonly Value[] {
  const [x, w] = op.operands as [Value, Value];
  const outer = shapeOf(x).slice(0, -1);
  const rows = outer.reduce((product, size) => product * size, 1);
  const flat = e.reshape(x, [rows, shapeOf(x).at(-1)!]);
  const [contracted] = op.attributes.dot_dimension_numbers.rhs_contracting_dimensions;
  const dot_dimension_numbers = {
    lhs_batching_dimensions: [],
    rhs_batching_dimensions: [],
    lhs_contracting_dimensions: [1],
    rhs_contracting_dimensions: [contracted!],
  };
  const type = tensorType([rows, ...shapeOf(op.result).slice(outer.length)], typeOf(op.result).element);
  const attributes = { ...op.attributes, dot_dimension_numbers };
  const product = e.builder.create("stablehlo.dot_general", [flat, w], attributes, {
    results: [type],
  }).result;
  return [e.reshape(product, shapeOf(op.result))];
}

export const flattenDots = definePass({
  name: "flatten-dots",
  summary: "dot_general over the last of many dimensions becomes a product of two matrices.",
  example: {
    before: `func.func public @main(%arg0: tensor<2x3x4xf32>, %arg1: tensor<5x4xf32>) -> tensor<2x3x5xf32> {
  %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [2] x [1] : (tensor<2x3x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}`,
    after: `func.func public @main(%arg0: tensor<2x3x4xf32>, %arg1: tensor<5x4xf32>) -> tensor<2x3x5xf32> {
  %0 = stablehlo.reshape %arg0 : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  %1 = stablehlo.dot_general %0, %arg1, contracting_dims = [1] x [1] : (tensor<6x4xf32>, tensor<5x4xf32>) -> tensor<6x5xf32>
  %2 = stablehlo.reshape %1 : (tensor<6x5xf32>) -> tensor<2x3x5xf32>
  return %2 : tensor<2x3x5xf32>
}`,
  },
  run(module, context) {
    replaceEach(module, context, "stablehlo.dot_general", (e, op) =>
      isFlattenable(op) ? flatten(e, op) : undefined,
    );
  },
});
