/** @file Programs of others made ready for the inputs that they are run on: static, and of ops. */
import { rawElements } from "../ir/elements.js";
import { decodeCalls } from "../ir/encoded-calls.js";
import type { Operation } from "../ir/operation.js";
import { isInteger, tensorType } from "../ir/types.js";
import { isDynamicProgram, refineShapes, type ShapeInput } from "../passes/index.js";
import type { HostValue } from "./execute.js";

/** Shapes may be computed of an integer: its value is told, too. */
function shapeInput({ elementType, dimensions, data }: HostValue): ShapeInput {
  const type = tensorType(dimensions, elementType);
  return dimensions.length === 0 && isInteger(type.element) ? rawElements(type, data) : type;
}

/**
 * Refines @main, in place, where its shapes are unknown, and puts ops in the place of calls that stand for them. @throws RefineError when
 * shapes cannot be those of `inputs`
 */
export function refineToInputs(module: Operation, inputs: ReadonlyMap<string, HostValue>): void {
  decodeCalls(module);
  if (!isDynamicProgram(module)) return;
  const values = Array.from({ length: inputs.size }, (_, i) => inputs.get(`${i}`));
  refineShapes(
    module,
    values.flatMap((value) => (value === undefined ? [] : shapeInput(value))),
  );
}
