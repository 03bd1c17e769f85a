/** @file Programs of unknown shapes, made static for the inputs that they are run on. */
import { rawElements } from "../ir/elements.js";
import type { Operation } from "../ir/operation.js";
import { isInteger, tensorType } from "../ir/types.js";
import { isDynamicProgram, refineShapes, type ShapeInput } from "../passes/index.js";
import type { HostValue } from "./execute.js";

/** Shapes may be computed of an integer: its value is told, too. */
function shapeInput({ elementType, dimensions, data }: HostValue): ShapeInput {
  const type = tensorType(dimensions, elementType);
  return dimensions.length === 0 && isInteger(type.element) ? rawElements(type, data) : type;
}

/** Refines @main, in place, where its shapes are unknown. @throws RefineError when they cannot be those of `inputs` */
export function refineToInputs(module: Operation, inputs: ReadonlyMap<string, HostValue>): void {
  if (!isDynamicProgram(module)) return;
  const values = Array.from({ length: inputs.size }, (_, i) => inputs.get(`${i}`));
  refineShapes(
    module,
    values.flatMap((value) => (value === undefined ? [] : shapeInput(value))),
  );
}
