/** @file Prints of authors taken out: no plugin knows them. */
import { walk } from "../ir/operation.js";
import { eraseOperation } from "../ir/rewriter.js";
import { readPrint } from "../program/index.js";
import { definePass } from "./pass.js";

export const dropPrints = definePass({
  name: "drop-prints",
  summary: "What an author prints (print of the DSL) is left out: it is the interpreter's.",
  example: {
    before: `
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  interpreter.print %x {griffin.print = "x", griffin.axes = ["n"]} : tensor<2xf32>
  return %x : tensor<2xf32>
}`,
    after: `
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}`,
  },
  run(module, context) {
    for (const operation of [...walk(module)]) {
      if (readPrint(operation) === undefined) continue;
      eraseOperation(operation);
      context.count("prints dropped");
    }
  },
});
