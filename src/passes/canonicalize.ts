/** @file Canonicalization: one way to write what can be written in several; the rules lie in canonicalize/, by family. */
import { arithmeticRules } from "./canonicalize/arithmetic.js";
import { controlRules } from "./canonicalize/control.js";
import { reshapingRules } from "./canonicalize/reshaping.js";
import { slicingRules } from "./canonicalize/slicing.js";
import { unaryRules } from "./canonicalize/unary.js";
import { definePass } from "./pass.js";
import { applyRules, type Rule } from "./rewrite.js";

/** All rules. None changes a result, not even of NaN, infinity or a zero's sign. */
const canonicalizationRules: readonly Rule[] = [
  ...arithmeticRules,
  ...unaryRules,
  ...reshapingRules,
  ...slicingRules,
  ...controlRules,
];

export const canonicalize = definePass({
  name: "canonicalize",
  summary:
    "Applies identities that never change a result: x + 0, transpose of transpose, select by a constant ...",
  example: {
    before: `
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %one = stablehlo.constant dense<1.0> : tensor<2x3xf32>
  %0 = stablehlo.multiply %one, %x : tensor<2x3xf32>
  %1 = stablehlo.transpose %0, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %2 = stablehlo.transpose %1, dims = [1, 0] : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %3 = stablehlo.negate %2 : tensor<2x3xf32>
  return %3 : tensor<2x3xf32>
}`,
    after: `
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.negate %x : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}`,
  },
  run: (module, context) => applyRules(module, canonicalizationRules, context),
});
