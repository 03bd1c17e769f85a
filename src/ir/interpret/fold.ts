/** @file Evaluating one operation on constants: the oracle of constant folding. */
import type { Elements } from "../elements.js";
import { capturedBy } from "../analysis/captures.js";
import type { Operation } from "../operation.js";
import { isStatic } from "../types.js";
import { InterpretError } from "./errors.js";
import { checkSizes, Frame, findTensorRule, Program } from "./interpreter.js";
import { overRealNumbers } from "./quantise.js";
import { Tensor } from "./tensor.js";

/** A body that runs longer than this is not worth folding. */
const maxOperations = 1e6;

/** Of static shape; of a dynamic one the values could not replace the op's results. */
const isStaticTensor = ({ type }: Operation["results"][number]): boolean =>
  type.kind === "tensor" && isStatic(type);

/**
 * The results of an operation on constant operands, or undefined when it cannot be told from them alone: the
 * op is not interpreted, has effects, runs other code, or is of dynamic shape. Transcendental functions are
 * as exact as f64 allows, which may differ from a target's in the last place.
 */
export function evaluateOperation(
  operation: Operation,
  operands: readonly Elements[],
): readonly Elements[] | undefined {
  const rule = findTensorRule(operation.name);
  if (rule === undefined || !operation.results.every(isStaticTensor)) return undefined;
  if (capturedBy(operation).length > 0) return undefined;
  using program = new Program(undefined, undefined, { maxOperations });
  const machine = new Frame(program);
  try {
    checkSizes(operation);
    const tensors = operands.map((operand) => Tensor.fromElements(operand));
    const results = overRealNumbers(operation, tensors, (each) => rule(operation as never, each, machine));
    return results.map((result) => result.toElements());
  } catch (error) {
    if (error instanceof InterpretError) return undefined;
    throw error;
  }
}
