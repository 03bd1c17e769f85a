/** @file decompose-chlo: the pass over what index.ts does. */
import { z } from "zod";
import { definePass } from "../../passes/pass.js";
import { decomposeChlo } from "./index.js";

export const decomposeChloPass = definePass({
  name: "decompose-chlo",
  summary:
    "Every chlo op whose rank is known, and every call that stands for one (@mhlo.erf), becomes its meaning in stablehlo; ragged_dot and scan where all sizes are.",
  options: z.object({
    composites: z
      .boolean()
      .default(false)
      .describe(
        "keeps those that XLA has code of its own for as composites, as jax.export does in artifacts",
      ),
  }),
  example: {
    before: `
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = chlo.square %x : tensor<4xf32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}`,
    after: `
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.multiply %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}`,
  },
  run(module, context, options) {
    context.count("chlo ops decomposed", decomposeChlo(module, options));
  },
});
