/** @file Values that code inside of an operation takes from around it. */
import { type Operation, type Value, walk } from "../operation.js";
import { isDefinedOutside } from "../rewriter.js";

/** The values from around `operation` that code in its regions uses, each once, in the order of use. */
export function capturedBy(operation: Operation): readonly Value[] {
  if (operation.regions.length === 0) return [];
  const captured = new Set<Value>();
  for (const inner of walk(operation)) {
    if (inner === operation) continue;
    for (const operand of inner.operands) if (isDefinedOutside(operand, operation)) captured.add(operand);
  }
  return [...captured];
}

/** All values that an operation depends on: operands, and what code inside of it uses. */
export const dependencies = (operation: Operation): readonly Value[] => [
  ...operation.operands,
  ...capturedBy(operation),
];
