/** @file Ops that are interpreted by what they mean: those of added dialects, and those whose meaning is handed in. */
import { Builder } from "../builder.js";
import { decompose, type FindDecomposition } from "../decompositions.js";
import type { Block, Operation } from "../operation.js";
import { cloneOperation, insertOperation, makeBlock } from "../rewriter.js";

/**
 * The decomposition of an operation, as a block over its operands that returns its results; undefined when it has none.
 * @throws UsageError for a decomposition without end
 */
export function decomposed(operation: Operation, find: FindDecomposition): Block | undefined {
  if (find(operation.name) === undefined) return undefined;
  const block = makeBlock(operation.operands.map(({ type }) => type));
  const values = new Map(operation.operands.map((operand, i) => [operand, block.arguments[i]!]));
  const copy = cloneOperation(operation, values);
  insertOperation(copy, block);
  Builder.atEnd(block).create("stablehlo.return", copy.results, {});
  decompose(copy, find);
  return block;
}
