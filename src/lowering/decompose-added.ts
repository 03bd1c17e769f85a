/**
 * @file decompose-added: ops of added dialects (src/ir/dialect.ts) become what they mean. `standardPipeline` begins with it, and so must a
 * target's own, so that what ops are made of is fused, hoisted and lowered as if the author had written it.
 */
import { decompose, findDecomposition } from "../ir/decompositions.js";
import { walk } from "../ir/operation.js";
import { definePass, type PassExample } from "../passes/pass.js";

/** `demo.clip_twice` stands for any op of a registered dialect: here clip(x) + clip(2x), with `demo.scaled_clip`, which clips to [-1, 1]. */
const example: PassExample = {
  before: `func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
  %0 = demo.clip_twice of %arg0 : tensor<4xf32>
  return %0 : tensor<4xf32>
}`,
  after: `func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
  %cst = stablehlo.constant dense<1.000000e+00> : tensor<4xf32>
  %0 = stablehlo.multiply %arg0, %cst : tensor<4xf32>
  %cst_0 = stablehlo.constant dense<-1.000000e+00> : tensor<4xf32>
  %cst_1 = stablehlo.constant dense<1.000000e+00> : tensor<4xf32>
  %1 = stablehlo.clamp %cst_0, %0, %cst_1 : tensor<4xf32>
  %cst_2 = stablehlo.constant dense<2.000000e+00> : tensor<4xf32>
  %2 = stablehlo.multiply %arg0, %cst_2 : tensor<4xf32>
  %cst_3 = stablehlo.constant dense<-1.000000e+00> : tensor<4xf32>
  %cst_4 = stablehlo.constant dense<1.000000e+00> : tensor<4xf32>
  %3 = stablehlo.clamp %cst_3, %2, %cst_4 : tensor<4xf32>
  %4 = stablehlo.add %1, %3 : tensor<4xf32>
  return %4 : tensor<4xf32>
}`,
};

/** @throws UsageError, when it runs, for an op whose decomposition holds the op itself */
export const decomposeAdded = definePass({
  name: "decompose-added",
  summary: "Ops of added dialects become what they are decomposed into.",
  example,
  run(module, context) {
    for (const operation of [...walk(module)])
      for (const name of decompose(operation, findDecomposition)) context.count(`${name} decomposed`);
  },
});
