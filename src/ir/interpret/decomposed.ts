/** @file Ops that are interpreted by what they mean: those of added dialects, and those whose meaning is handed in. */
import { Builder } from "../builder.js";
import { decompose, type FindDecomposition } from "../decompositions.js";
import type { Block, Operation } from "../operation.js";
import { cloneOperation, eraseOperation, insertOperation, makeBlock } from "../rewriter.js";

/**
 * The decomposition of an operation, as a block over its operands that returns its results; undefined when it has none. It may use
 * values from around the operation, and is a user of theirs until it is erased.
 * @throws UsageError for a decomposition without end
 */
export function decomposed(operation: Operation, find: FindDecomposition): Block | undefined {
  if (find(operation) === undefined) return undefined;
  const block = makeBlock(operation.operands.map(({ type }) => type));
  const values = new Map(operation.operands.map((operand, i) => [operand, block.arguments[i]!]));
  const copy = cloneOperation(operation, values);
  insertOperation(copy, block);
  Builder.atEnd(block).create("stablehlo.return", copy.results, {});
  try {
    decompose(copy, find);
    return block;
  } catch (error) {
    eraseBlock(block);
    throw error;
  }
}

/** Erases what a block holds: values from around that its regions use are then used no more. */
export function eraseBlock(block: Block): void {
  for (const operation of [...block].reverse()) eraseOperation(operation);
}
