/**
 * @file Moves what depends on parameters alone out of the entry into a preparation, which runs once when weights are loaded:
 * -8 softplus(Lambda), concatenated gate weights, 1 + scale.
 *
 * The preparation is the function marked `griffin.preparation`. It takes the parameters it needs, with their `griffin.parameter`
 * attributes, and returns the prepared tensors. The entry takes those as new last arguments marked `griffin.prepared = <result index
 * of the preparation>`, and no longer takes parameters that only they were made of.
 *
 * The largest parameter-only trees move, but only when memory allows: a prepared tensor must not have more elements than
 * the parameters that the entry gives up for it, nor more bytes, but for `slack` (a bf16 vector may become an f32 one). So a
 * broadcast stays (what it is made of may still move), and so does a transposed copy of a table that is also read as it is.
 * Trees of mere reshapes, broadcasts and conversions to wider types stay too: they cost nothing. Operations in regions are
 * not looked at: run hoist-loop-invariants before; operations that call functions stay: inline before. Running the pass again finds
 * nothing new; after other passes it adds to the preparation.
 */
import { z } from "zod";
import { eraseDeadOperations } from "./dce.js";
import { definePass } from "./pass.js";
import { preparedTrees } from "./hoist-parameters/trees.js";
import { movePrepared } from "./hoist-parameters/move.js";
import { bodyOf, ENTRY, findEntry, referencedSymbols } from "../ir/analysis/symbols.js";

export const hoistParameters = definePass({
  name: "hoist-parameters",
  summary: "Moves what depends on parameters alone to where it runs once, at load.",
  options: z.object({
    enabled: z.boolean().default(true).describe("false leaves the program as it is"),
    slack: z
      .int()
      .min(0)
      .default(65536)
      .describe("bytes that a prepared tensor may take more than its parameters"),
  }),
  example: {
    before: `
func.func @main(%x: tensor<2x4xf32>, %lambda: tensor<4xf32> {griffin.parameter = "rg_lru.a_param"}) -> tensor<2x4xf32> {
  %0 = "nn.softplus"(%lambda) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = stablehlo.broadcast_in_dim %0, dims = [1] : (tensor<4xf32>) -> tensor<2x4xf32>
  %2 = stablehlo.multiply %x, %1 : tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}`,
    after: `
func.func @main(%x: tensor<2x4xf32>, %arg1: tensor<4xf32> {griffin.prepared = 0 : i64}) -> tensor<2x4xf32> {
  %0 = stablehlo.broadcast_in_dim %arg1, dims = [1] : (tensor<4xf32>) -> tensor<2x4xf32>
  %1 = stablehlo.multiply %x, %0 : tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}
func.func @prepare(%lambda: tensor<4xf32> {griffin.parameter = "rg_lru.a_param"}) -> tensor<4xf32> attributes {griffin.preparation} {
  %0 = "nn.softplus"(%lambda) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}`,
  },
  run(module, context, options) {
    const main = findEntry(module);
    const body = main && bodyOf(main);
    if (!options.enabled || main === undefined || body === undefined) return;
    if (referencedSymbols(module).has(ENTRY)) return;
    // What nobody uses must not keep a parameter alive.
    context.count("operations removed", eraseDeadOperations(body));
    const trees = preparedTrees(main, options.slack);
    if (trees.length === 0) return;
    movePrepared(module, main, trees);
    context.count("tensors prepared", trees.length);
  },
});
