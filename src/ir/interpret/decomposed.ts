/** @file Ops of added dialects, interpreted by what they mean. */
import { Builder } from "../builder.js";
import { findDecomposition } from "../decompositions.js";
import { Emitter } from "../emit.js";
import type { Block, Operation } from "../operation.js";
import { cloneOperation, eraseOperation, insertOperation, makeBlock } from "../rewriter.js";

/** The decomposition of an operation, as a block over its operands that returns its results; undefined when it has none. */
export function decomposed(operation: Operation): Block | undefined {
  const decomposition = findDecomposition(operation.name);
  if (decomposition === undefined) return undefined;
  const block = makeBlock(operation.operands.map(({ type }) => type));
  const values = new Map(operation.operands.map((operand, i) => [operand, block.arguments[i]!]));
  const copy = cloneOperation(operation, values);
  insertOperation(copy, block);
  const builder = Builder.before(copy);
  const results = decomposition(new Emitter(builder), copy);
  builder.create("stablehlo.return", results, {});
  eraseOperation(copy);
  return block;
}
