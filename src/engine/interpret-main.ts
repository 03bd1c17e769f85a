/** @file Runs @main of a module by the interpreter: tensors in and out as plugins are given them. */
import { ENTRY } from "../ir/analysis/symbols.js";
import { type Elements, rawElements } from "../ir/elements.js";
import { type InterpretOptions, interpretFunction } from "../ir/interpret/index.js";
import { Tensor } from "../ir/interpret/tensor.js";
import type { Operation } from "../ir/operation.js";
import { tensorType } from "../ir/types.js";
import { findMeaning } from "../lowering/index.js";
import type { BufferElementType } from "../support/buffer-element-types.js";
import type { HostValue } from "./execute.js";

/** A copy of an interpreted value, as plugins give it. */
export function hostValueOf(elements: Elements): HostValue {
  const { element, shape } = elements.type;
  return {
    elementType: element as BufferElementType,
    dimensions: shape,
    data: Tensor.fromElements(elements).bytes.slice(),
  };
}

/** @param inputs one for each argument, of its type. @throws InterpretError, UnsupportedError */
export function interpretMain(
  module: Operation,
  inputs: readonly HostValue[],
  onPrint?: InterpretOptions["onPrint"],
): readonly HostValue[] {
  const given = inputs.map(({ elementType, dimensions, data }) =>
    rawElements(tensorType(dimensions, elementType), data),
  );
  const made = interpretFunction(module, ENTRY, given, { decompositions: findMeaning, onPrint });
  return made.map(hostValueOf);
}
