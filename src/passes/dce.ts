/** @file Dead code elimination. */
import type { Block, Operation } from "../ir/operation.js";
import { eraseOperation } from "../ir/rewriter.js";
import { isPureGiven, type PureFunctions } from "../ir/analysis/effects.js";
import { groupBy } from "../support/group-by.js";
import { definePass, type PassContext } from "./pass.js";
import { type FunctionOperation, functionsOf, referencedSymbols } from "../ir/analysis/symbols.js";

/** Erases unused pure operations from the last to the first, so that what only they used goes too. */
export function eraseDeadOperations(block: Block, known: PureFunctions = new Map()): number {
  let erased = 0;
  let operation = block.last;
  while (operation !== undefined) {
    const { previous } = operation;
    const unused = operation.results.every((result) => result.users.size === 0);
    if (unused && isPureGiven(operation, known)) {
      eraseOperation(operation);
      erased++;
    } else {
      for (const region of operation.regions)
        for (const inner of region.blocks) erased += eraseDeadOperations(inner, known);
    }
    operation = previous;
  }
  return erased;
}

/** Private functions that nothing reachable from a public one refers to. */
function unreachableFunctions(module: Operation): readonly FunctionOperation[] {
  const functions = functionsOf(module);
  const isRoot = (func: FunctionOperation) => func.attributes.sym_visibility !== "private";
  const others = module.regions.flatMap((region) =>
    region.entry.operations.filter((op) => op.name !== "func.func"),
  );
  const byName = groupBy(functions, (func) => func.attributes.sym_name);
  const reached = new Set<Operation>();
  const pending: Operation[] = [...functions.filter(isRoot), ...others];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    for (const name of referencedSymbols(at)) for (const func of byName.get(name) ?? []) pending.push(func);
  }
  return functions.filter((func) => !reached.has(func));
}

/** Erases private functions that nothing reachable from a public one refers to; gives their number. */
export function eraseUnreachableFunctions(module: Operation): number {
  const functions = unreachableFunctions(module);
  for (const func of functions) eraseOperation(func);
  return functions.length;
}

function run(module: Operation, context: PassContext): void {
  const known: PureFunctions = new Map();
  for (const region of module.regions)
    for (const block of region.blocks) context.count("operations removed", eraseDeadOperations(block, known));
  context.count("functions removed", eraseUnreachableFunctions(module));
}

export const dce = definePass({
  name: "dce",
  summary: "Removes operations whose results nobody uses, and private functions that nobody calls.",
  example: {
    before: `
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %unused = stablehlo.add %x, %x : tensor<4xf32>
  %0 = stablehlo.negate %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @nobody(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}`,
    after: `
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.negate %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}`,
  },
  run,
});
