/** @file nn.linear_attention and nn.delta_rule by a strategy: what is common to all (element types, few tokens). */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import {
  type MatrixStateInputs,
  type MatrixStateOp,
  type MatrixStateOutputs,
  matrixStateInputs,
  stepByStep,
} from "../decompose/matrix-states.js";
import { type AroundChunk, chunkByChunk } from "./by-chunk.js";
import { chunked } from "./chunked.js";

/** A strategy with its numbers. */
export type MatrixStateChoice =
  | { readonly strategy: "sequential" }
  | {
      readonly strategy: "chunked";
      /** Tokens a chunk, a power of two; a shorter sequence is one chunk of its own. */
      readonly chunk: number;
      /** Whether, where decays are those of heads, one chunk is computed after the other, and not what is inside of them for all at once. */
      readonly oneByOne?: boolean;
    };

/** Whether tokens have one decay for a head, and read nothing: then pairs of tokens are products of queries and keys under a mask. */
export const hasHeadDecays = (op: MatrixStateOp): boolean =>
  op.name === "nn.linear_attention" && shapeOf(op.operands[3]!)[3] === 1;

const wholeChunk = (time: number, most: number): number => Math.min(most, 2 ** Math.ceil(Math.log2(time)));

function inChunks(
  e: Emitter,
  op: MatrixStateOp,
  inputs: MatrixStateInputs,
  { chunk, oneByOne = false }: Extract<MatrixStateChoice, { strategy: "chunked" }>,
): MatrixStateOutputs {
  const size = wholeChunk(shapeOf(inputs.value)[2]!, chunk);
  return oneByOne && hasHeadDecays(op) ? chunkByChunk(e, inputs, size) : chunked(e, inputs, size);
}

/** y in the value's element type, the state in f32. */
export function lowerMatrixStates(
  e: Emitter,
  op: MatrixStateOp,
  choice: MatrixStateChoice,
): readonly Value[] {
  const [query, , value] = op.operands as readonly [Value, Value, Value];
  const inputs = matrixStateInputs(e, op.operands);
  const { y, last } =
    shapeOf(query)[1]! < 2 || choice.strategy === "sequential"
      ? stepByStep(e, inputs)
      : inChunks(e, op, inputs, choice);
  return [e.convert(y, typeOf(value).element), last];
}

/**
 * Linear attention with one decay a token and head, one chunk after the other, of which a gradient computes what is inside again: of all
 * tokens the states before each chunk are held. Chunks are so small that this stays in a core's cache: of 24 heads of 128 x 64 that share
 * keys, 64 tokens.
 */
export function recomputedMatrixStates(
  e: Emitter,
  op: MatrixStateOp,
  around: AroundChunk,
): readonly [Value, Value] {
  const inputs = matrixStateInputs(e, op.operands);
  const [, , value] = op.operands as readonly [Value, Value, Value];
  const { y, last } = chunkByChunk(e, inputs, wholeChunk(shapeOf(value)[2]!, 64), around);
  return [e.convert(y, typeOf(value).element), last];
}
