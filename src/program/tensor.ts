/** @file Which values of a program can be buffers. */
import { DYNAMIC, formatType, type TensorType, type Type } from "../ir/types.js";
import { type BufferElementType, isBufferElementType } from "../support/buffer-element-types.js";
import { GriffinError } from "../support/errors.js";

/** A program is right by itself but cannot be run here. */
export class ProgramError extends GriffinError {
  constructor(
    message: string,
    more: { readonly expected?: string; readonly got?: string; readonly hint?: string } = {},
  ) {
    super("program error", { message, ...more });
  }
}

/** A type that a buffer can have. @throws ProgramError for dynamic sizes, tokens, tuples, quantised elements */
export function staticTensor(
  type: Type,
  what = "a value",
): TensorType & { readonly element: BufferElementType } {
  const refuse = (expected: string): never => {
    throw new ProgramError(`${what} of @main cannot be a buffer`, { expected, got: formatType(type) });
  };
  if (type.kind !== "tensor") return refuse("a tensor");
  const { shape, element } = type;
  if (shape.includes(DYNAMIC)) return refuse("a static shape");
  if (typeof element !== "string" || !isBufferElementType(element))
    return refuse("an element type that buffers have");
  return type as TensorType & { readonly element: BufferElementType };
}
