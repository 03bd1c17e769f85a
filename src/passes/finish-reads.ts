/**
 * @file What a donated argument is updated to is computed after the last call that reads it, and so in its place. Compilers do not know that
 * order of themselves: the product that makes the gradient of a weight is fused with the weight's update, the product beside it still reads
 * the weight, and so they copy it. An optimization barrier takes the argument along with what the call gives to the next one.
 */
import { z } from "zod";
import { Builder } from "../ir/builder.js";
import type { Block, Operation, Value } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { setOperands } from "../ir/rewriter.js";
import { bodyOf, type FunctionOperation, functionsOf } from "../ir/analysis/symbols.js";
import { definePass } from "./pass.js";

/** Arguments of an entry that a result takes over, by its attributes. */
const donatedOf = (
  { attributes: { arg_attrs: attributes = [] } }: FunctionOperation,
  block: Block,
): readonly Value[] => block.arguments.filter((_, i) => attributes[i]?.has("tf.aliasing_output") === true);

/** The operations of the block itself that read a value, in their order. */
const readersOf = (value: Value, positions: ReadonlyMap<Operation, number>): readonly Operation[] =>
  [...value.users]
    .filter((user) => positions.has(user))
    .sort((a, b) => positions.get(a)! - positions.get(b)!);

/** Takes `value` from `other` in some operations. */
function readInstead(readers: readonly Operation[], value: Value, other: Value): void {
  for (const reader of readers)
    setOperands(
      reader,
      reader.operands.map((operand) => (operand === value ? other : operand)),
    );
}

/** What one call is the last to read, and who reads it after that. */
type LastReads = Map<Value, readonly Operation[]>;

/** For each call the donated arguments that no later call reads, but operations after it do. */
function lastReads(
  donated: readonly Value[],
  positions: ReadonlyMap<Operation, number>,
): Map<Operation, LastReads> {
  const found = new Map<Operation, LastReads>();
  for (const value of donated) {
    const readers = readersOf(value, positions);
    const at = readers.findLastIndex((reader) => isOp(reader, "func.call"));
    const later = readers.slice(at + 1).filter((reader) => !isOp(reader, "func.return"));
    if (at < 0 || later.length === 0) continue;
    const call = readers[at]!;
    const values = found.get(call) ?? new Map<Value, readonly Operation[]>();
    found.set(call, values.set(value, later));
  }
  return found;
}

/** Puts the barrier behind a call; nothing where no other call computes with what it gives. */
function finish(call: Operation, values: LastReads, positions: ReadonlyMap<Operation, number>): boolean {
  const given = call.results.filter((result) =>
    readersOf(result, positions).some((reader) => isOp(reader, "func.call")),
  );
  if (given.length === 0) return false;
  const readers = given.map((result) => [...result.users]);
  const builder = Builder.before(call.next!);
  builder.location = call.location;
  const held = builder.create("stablehlo.optimization_barrier", [...given, ...values.keys()], {}).results;
  given.forEach((result, i) => {
    readInstead(readers[i]!, result, held[i]!);
  });
  [...values].forEach(([value, later], i) => {
    readInstead(later, value, held[given.length + i]!);
  });
  return true;
}

export const finishReads = definePass({
  name: "finish-reads",
  summary: "Donated arguments are updated after the last call that reads them, by an optimization barrier.",
  options: z.object({}),
  example: {
    before: `
func.func public @main(%x: tensor<4xf32>, %w: tensor<4xf32> {tf.aliasing_output = 1 : i32}) -> (tensor<4xf32>, tensor<4xf32>) {
  %0:2 = call @layer(%x, %w) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %1:2 = call @layer(%0#0, %x) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %2 = stablehlo.subtract %w, %0#1 : tensor<4xf32>
  return %1#0, %2 : tensor<4xf32>, tensor<4xf32>
}
func.func private @layer(%x: tensor<4xf32>, %w: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = stablehlo.multiply %x, %w : tensor<4xf32>
  %1 = stablehlo.multiply %x, %x : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}`,
    after: `
func.func public @main(%x: tensor<4xf32>, %w: tensor<4xf32> {tf.aliasing_output = 1 : i32}) -> (tensor<4xf32>, tensor<4xf32>) {
  %0:2 = call @layer(%x, %w) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %1:2 = stablehlo.optimization_barrier %0#0, %w : tensor<4xf32>, tensor<4xf32>
  %2:2 = call @layer(%1#0, %x) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %3 = stablehlo.subtract %1#1, %0#1 : tensor<4xf32>
  return %2#0, %3 : tensor<4xf32>, tensor<4xf32>
}
func.func private @layer(%x: tensor<4xf32>, %w: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = stablehlo.multiply %x, %w : tensor<4xf32>
  %1 = stablehlo.multiply %x, %x : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}`,
  },
  run(module, context) {
    for (const func of functionsOf(module)) {
      const block = bodyOf(func);
      if (block === undefined || func.attributes.sym_visibility === "private") continue;
      const positions = new Map(block.operations.map((operation, i) => [operation, i]));
      for (const [call, values] of lastReads(donatedOf(func, block), positions))
        if (finish(call, values, positions)) context.count("calls finished before updates");
    }
  },
});
