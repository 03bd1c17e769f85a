/** @file set-precision: products that state no precision of their own get that of the program. */
import { z } from "zod";
import { walk } from "../ir/operation.js";
import { precisionNames } from "../ir/precision.js";
import { withPrecisionStated } from "../ir/stated-precision.js";
import { setAttributes } from "../ir/rewriter.js";
import { definePass } from "../passes/pass.js";

export const setPrecision = definePass({
  name: "set-precision",
  summary: "Products, and ops that are made of them, get this precision where they state none.",
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
      const stated = withPrecisionStated(op, precision);
      if (stated === undefined) continue;
      setAttributes(op, stated);
      context.count("products given a precision");
    }
  },
});
