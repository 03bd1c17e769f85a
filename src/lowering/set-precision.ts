/** @file set-precision: products that state no precision of their own get that of the program. */
import { z } from "zod";
import { type Operation, walk } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { precisionConfigOf, precisionNames } from "../ir/precision.js";
import { setAttributes } from "../ir/rewriter.js";
import { definePass } from "../passes/pass.js";

/** An algorithm says all that a precision would, and allows none beside it. */
function statesNone(op: Operation): boolean {
  if (isOp(op, "stablehlo.dot_general"))
    return op.attributes.precision_config === undefined && op.attributes.algorithm === undefined;
  return isOp(op, "stablehlo.convolution") && op.attributes.precision_config === undefined;
}

export const setPrecision = definePass({
  name: "set-precision",
  summary: "dot_general and convolution that state no precision get this one.",
  options: z.object({
    precision: z
      .enum(precisionNames)
      .default("default")
      .describe("of f32 operands in a matrix unit; default leaves it to the plugin"),
  }),
  example: {
    options: "precision=highest",
    before: `func.func public @main(%arg0: tensor<3x4xf32>, %arg1: tensor<5x4xf32>) -> tensor<3x5xf32> {
  %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [1] : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}`,
    after: `func.func public @main(%arg0: tensor<3x4xf32>, %arg1: tensor<5x4xf32>) -> tensor<3x5xf32> {
  %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [1], precision = [HIGHEST, HIGHEST] : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}`,
  },
  run(module, context, { precision }) {
    if (precision === "default") return;
    for (const op of walk(module)) {
      if (!statesNone(op)) continue;
      setAttributes(op, { ...op.attributes, precision_config: [...precisionConfigOf(precision)] });
      context.count("products given a precision");
    }
  },
});
