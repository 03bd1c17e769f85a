/** @file decompose-chlo: the pass over what index.ts does. */
import { definePass } from "../../passes/pass.js";
import { decomposeChlo } from "./index.js";

export const decomposeChloPass = definePass({
  name: "decompose-chlo",
  summary: "Every chlo op of static shape becomes its meaning in stablehlo.",
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
  run(module, context) {
    context.count("chlo ops decomposed", decomposeChlo(module));
  },
});
