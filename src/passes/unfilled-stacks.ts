/**
 * @file unfilled-stacks: a loop that writes each row of a stack once, as scans and their gradients do, begins with memory of any content. What
 * rows are filled with at first is written for nothing, and what a round reads of its own row before it writes it is a constant.
 */
import { z } from "zod";
import { totalBytes } from "../ir/analysis/bytes.js";
import { constantOf } from "../ir/analysis/constants.js";
import { type CountedLoop, countedLoop } from "../ir/analysis/counted-loop.js";
import { Builder } from "../ir/builder.js";
import { type Elements, rawElements } from "../ir/elements.js";
import { Emitter, shapeOf, typeOf } from "../ir/emit.js";
import { definingOp, type Operation, type Value, walk } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { replaceOperation, setOperands } from "../ir/rewriter.js";
import { definePass, type PassContext } from "./pass.js";

type While = OperationOf<"stablehlo.while"> & Operation;

/** Whether a loop's counter is each of 0 to size - 1 once. */
function countsAll({ start, step, trips }: CountedLoop, size: number): boolean {
  return trips === size && ((step === 1 && start === 0) || (step === -1 && start === size - 1));
}

/** Whether a slice with these starts and sizes is one whole row of `stack`: sizes that are whole leave its other starts no choice. */
function isRow(stack: Value, axis: number, sizes: readonly number[]): boolean {
  return shapeOf(stack).every((size, i) => sizes[i] === (i === axis ? 1 : size));
}

/** What a round reads of its own row of the stack in `slot`, where the loop does nothing else but write each row; undefined where it does. */
function readsOfRow(loop: While, counted: CountedLoop, slot: number): readonly Operation[] | undefined {
  const [condition, body] = [loop.regions[0]!.entry, loop.regions[1]!.entry];
  const [stack, counter] = [body.arguments[slot]!, body.arguments[counted.slot]!];
  const write = definingOp(body.last!.operands[slot]!);
  if (!isOp(write, "stablehlo.dynamic_update_slice") || write.operands[0] !== stack) return undefined;
  // Who else reads the result may read rows that are not written yet.
  const returned = body.last!.operands.filter((value) => value === write.result).length;
  if (returned !== 1 || write.result.users.size !== 1) return undefined;
  if (condition.arguments[slot]!.users.size > 0 || write.operands.includes(stack, 1)) return undefined;
  const axis = write.operands.indexOf(counter, 2) - 2;
  if (axis < 0 || !isRow(stack, axis, shapeOf(write.operands[1]!))) return undefined;
  if (!countsAll(counted, shapeOf(stack)[axis]!)) return undefined;
  const reads = [...stack.users].filter((user) => user !== (write as Operation));
  const areOfRow = reads.every(
    (read) =>
      isOp(read, "stablehlo.dynamic_slice") &&
      read.operands[1 + axis] === counter &&
      isRow(stack, axis, shapeOf(read.result)),
  );
  return areOfRow ? reads : undefined;
}

/** The elements of a constant in another shape, where all are one. */
const splatOfShape = ({ data }: Elements, like: Value): Elements => rawElements(typeOf(like), data);

function withoutFilling(loop: While, leastBytes: number, context: PassContext): void {
  const counted = countedLoop(loop);
  if (counted === undefined) return;
  loop.operands.forEach((start, slot) => {
    const filled = constantOf(start);
    if (filled === undefined || totalBytes([start]) < leastBytes) return;
    const reads = filled.splat ? readsOfRow(loop, counted, slot) : undefined;
    if (reads === undefined) return;
    for (const read of reads) {
      const e = new Emitter(Builder.before(read));
      replaceOperation(read, [e.constant(splatOfShape(filled, read.results[0]!))]);
    }
    const room = Builder.before(loop).create(
      "stablehlo.custom_call",
      [],
      { call_target_name: "AllocateBuffer" },
      { results: [start.type] },
    );
    setOperands(loop, loop.operands.with(slot, room.results[0]!));
    context.count("stacks not filled");
  });
}

export const unfilledStacks = definePass({
  name: "unfilled-stacks",
  summary: "Stacks that a loop writes whole begin with memory of any content.",
  options: z.object({
    "least-bytes": z.number().int().min(0).default(0).describe("smaller stacks stay filled"),
  }),
  example: {
    before: `
func.func @main(%x: tensor<4xf32>) -> tensor<3x4xf32> {
  %zero = stablehlo.constant dense<0> : tensor<i32>
  %none = stablehlo.constant dense<0.000000e+00> : tensor<3x4xf32>
  %0:2 = stablehlo.while(%i = %zero, %rows = %none) : tensor<i32>, tensor<3x4xf32>
  cond {
    %n = stablehlo.constant dense<3> : tensor<i32>
    %1 = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %1 = stablehlo.add %i, %one : tensor<i32>
    %2 = stablehlo.convert %i : (tensor<i32>) -> tensor<f32>
    %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<4xf32>
    %4 = stablehlo.multiply %x, %3 : tensor<4xf32>
    %5 = stablehlo.reshape %4 : (tensor<4xf32>) -> tensor<1x4xf32>
    %6 = stablehlo.dynamic_slice %rows, %i, %zero, sizes = [1, 4] : (tensor<3x4xf32>, tensor<i32>, tensor<i32>) -> tensor<1x4xf32>
    %7 = stablehlo.add %6, %5 : tensor<1x4xf32>
    %8 = stablehlo.dynamic_update_slice %rows, %7, %i, %zero : (tensor<3x4xf32>, tensor<1x4xf32>, tensor<i32>, tensor<i32>) -> tensor<3x4xf32>
    stablehlo.return %1, %8 : tensor<i32>, tensor<3x4xf32>
  }
  return %0#1 : tensor<3x4xf32>
}`,
    after: `
func.func @main(%x: tensor<4xf32>) -> tensor<3x4xf32> {
  %zero = stablehlo.constant dense<0> : tensor<i32>
  %none = stablehlo.constant dense<0.000000e+00> : tensor<3x4xf32>
  %0 = stablehlo.custom_call @AllocateBuffer() : () -> tensor<3x4xf32>
  %1:2 = stablehlo.while(%i = %zero, %rows = %0) : tensor<i32>, tensor<3x4xf32>
  cond {
    %n = stablehlo.constant dense<3> : tensor<i32>
    %2 = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %2 : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %2 = stablehlo.add %i, %one : tensor<i32>
    %3 = stablehlo.convert %i : (tensor<i32>) -> tensor<f32>
    %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<4xf32>
    %5 = stablehlo.multiply %x, %4 : tensor<4xf32>
    %6 = stablehlo.reshape %5 : (tensor<4xf32>) -> tensor<1x4xf32>
    %7 = stablehlo.constant dense<0.000000e+00> : tensor<1x4xf32>
    %8 = stablehlo.add %7, %6 : tensor<1x4xf32>
    %9 = stablehlo.dynamic_update_slice %rows, %8, %i, %zero : (tensor<3x4xf32>, tensor<1x4xf32>, tensor<i32>, tensor<i32>) -> tensor<3x4xf32>
    stablehlo.return %2, %9 : tensor<i32>, tensor<3x4xf32>
  }
  return %1#1 : tensor<3x4xf32>
}`,
  },
  run(module, context, { "least-bytes": leastBytes }) {
    for (const operation of walk(module))
      if (isOp(operation, "stablehlo.while")) withoutFilling(operation as While, leastBytes, context);
  },
});
