/** @file nn.linear_attention and nn.delta_rule by a strategy: what is common to all (element types, few tokens). */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import { type MatrixStateOp, matrixStateInputs, stepByStep } from "../decompose/matrix-states.js";
import { chunked } from "./chunked.js";

/** A strategy with its numbers. */
export type MatrixStateChoice =
  | { readonly strategy: "sequential" }
  /** `chunk`: tokens a chunk, a power of two; a shorter sequence is one chunk of its own. */
  | { readonly strategy: "chunked"; readonly chunk: number };

/** y in the value's element type, the state in f32. */
export function lowerMatrixStates(
  e: Emitter,
  op: MatrixStateOp,
  choice: MatrixStateChoice,
): readonly Value[] {
  const [query, , value] = op.operands as readonly [Value, Value, Value];
  const time = shapeOf(query)[1]!;
  const inputs = matrixStateInputs(e, op);
  const { y, last } =
    time < 2 || choice.strategy === "sequential"
      ? stepByStep(e, inputs)
      : chunked(e, inputs, Math.min(choice.chunk, 2 ** Math.ceil(Math.log2(time))));
  return [e.convert(y, typeOf(value).element), last];
}
