/** A pass over ops of one's own: soft_clip is odd, so a negation may go through it, where it may meet another. */
import { definingOp, Emitter, Builder, isInstanceOf, isOp, replaceOperation, walk } from "stablegriffin/ir";
import { definePass } from "stablegriffin/passes";
import { z } from "zod";
import { softClip } from "./dialect.js";

export const lowerNegations = definePass({
  name: "lower-negations",
  summary: "signal.soft_clip of -x becomes -soft_clip(x).",
  options: z.object({ most: z.int().min(1).default(1000).describe("operations that are changed") }),
  example: {
    before: `func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.negate %arg0 : tensor<4xf32>
  %1 = signal.soft_clip %0 to 3 : tensor<4xf32>
  return %1 : tensor<4xf32>
}`,
    after: `func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.negate %arg0 : tensor<4xf32>
  %1 = signal.soft_clip %arg0 to 3 : tensor<4xf32>
  %2 = stablehlo.negate %1 : tensor<4xf32>
  return %2 : tensor<4xf32>
}`,
  },
  run(module, context, { most }) {
    let changed = 0;
    for (const operation of [...walk(module)]) {
      if (changed === most || !isInstanceOf(operation, softClip)) continue;
      const negation = definingOp(operation.operands[0]!);
      if (!isOp(negation, "stablehlo.negate")) continue;
      const e = new Emitter(Builder.before(operation));
      const clipped = e.builder.createOf(softClip, negation.operands, operation.attributes);
      replaceOperation(operation, [e.unary("negate", clipped.result)]);
      context.count("negations moved");
      changed++;
    }
  },
});
