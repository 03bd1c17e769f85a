/** @file Runs @main of a module by the interpreter: tensors in and out as plugins are given them. */
import { ENTRY } from "../ir/analysis/symbols.js";
import { rawElements } from "../ir/elements.js";
import { interpretFunction } from "../ir/interpret/index.js";
import { Tensor } from "../ir/interpret/tensor.js";
import type { Operation } from "../ir/operation.js";
import { tensorType } from "../ir/types.js";
import { findMeaning } from "../lowering/index.js";
import type { BufferElementType } from "../support/buffer-element-types.js";
import type { HostValue } from "./execute.js";

/** @param inputs one for each argument, of its type. @throws InterpretError, UnsupportedError */
export function interpretMain(module: Operation, inputs: readonly HostValue[]): readonly HostValue[] {
  const given = inputs.map(({ elementType, dimensions, data }) =>
    rawElements(tensorType(dimensions, elementType), data),
  );
  const made = interpretFunction(module, ENTRY, given, { decompositions: findMeaning });
  return made.map((elements) => ({
    elementType: elements.type.element as BufferElementType,
    dimensions: elements.type.shape,
    data: Tensor.fromElements(elements).bytes.slice(),
  }));
}
