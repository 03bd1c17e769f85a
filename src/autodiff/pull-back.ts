/** @file The pullback of operations in a block: from the cotangents of what they made to those of what it was made of. */
import type { Location } from "../ir/location.js";
import type { Block, Operation, Value } from "../ir/operation.js";
import type { Precision } from "../ir/precision.js";
import { detachOperation, eraseOperation, insertOperation, makeBlock } from "../ir/rewriter.js";
import { eraseDeadOperations } from "../passes/dce.js";
import { Activity } from "./activity.js";
import { fused } from "./fuse.js";
import type { Functions } from "./functions.js";
import { Reverse } from "./reverse.js";

export interface PullBack {
  /** The functions of the module. */
  readonly functions: Functions;
  /** In their order, all of one block. */
  readonly operations: readonly Operation[];
  /** What the gradient is taken of. */
  readonly inputs: readonly Value[];
  /** What the operations made, each with its cotangent, a value of its type. */
  readonly outputs: readonly { readonly value: Value; readonly cotangent: Value }[];
  /** Where backward operations go, at its end: the operations' block, or one inside of it. */
  readonly block: Block;
  readonly location: Location;
  /** Of products that the backward computation of an op without one makes; undefined leaves them without. */
  readonly precision?: Precision | undefined;
}

/**
 * Appends the backward computation of `operations`; gives the cotangents of the inputs, undefined for those that the outputs do not
 * depend on, and for those that hold no floats. Each cotangent has its input's type. Forward loops, branches and calls are changed so
 * that they return, after their results, what the backward computation needs of them; gates of RG-LRUs are fused.
 * @throws DifferentiationError for an op that has no gradient where one is needed
 */
export function pullBack(request: PullBack): readonly (Value | undefined)[] {
  const { functions, inputs, outputs, block } = request;
  const { operations, became } = fused(request.operations);
  const activity = new Activity(functions);
  for (const input of inputs) activity.add(input);
  activity.mark(operations);
  const apart = makeBlock([]);
  const reverse = new Reverse(apart, activity, functions, request);
  for (const { value, cotangent } of outputs) reverse.give(became(value), () => cotangent);
  reverse.walk(operations);
  const cotangents = inputs.map((input) => reverse.cotangentOf(input));
  const kept = cotangents.filter((cotangent) => cotangent !== undefined);
  const end = reverse.e.builder.create("stablehlo.return", kept, {});
  eraseDeadOperations(apart);
  eraseOperation(end);
  for (const operation of apart) {
    detachOperation(operation);
    insertOperation(operation, block);
  }
  return cotangents;
}
