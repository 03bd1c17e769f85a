/** @file Integers that an operand holds when it is a constant. */
import { numberAt } from "../elements.js";
import { definingOp, type Value } from "../operation.js";
import { elementCount, isInteger } from "../types.js";
import { elements as elementsKind } from "./kinds.js";

/** More than any shape, padding or list of indices has: a splat of any size is a few bytes of a program. */
const maxCount = 1 << 16;

/** The integers of a constant operand in row-major order, or undefined when it is no integer constant (or a huge one), or one is beyond 2^53. */
export function constantIntegers(value: Value): readonly number[] | undefined {
  const operation = definingOp(value);
  if (operation === undefined || !operation.name.endsWith(".constant")) return undefined;
  const raw: unknown = (operation.attributes as { value?: unknown }).value ?? operation.extra.get("value");
  const attribute = raw as Parameters<typeof elementsKind.fromAttribute>[0] | undefined;
  const elements =
    attribute !== undefined && "kind" in attribute
      ? elementsKind.fromAttribute(attribute)
      : elementsKind.schema.safeParse(raw).data;
  if (elements === undefined) return undefined;
  const { element, shape } = elements.type;
  if (!isInteger(element) && element !== "index") return undefined;
  const count = elementCount(shape);
  if (count > maxCount) return undefined;
  const integers = Array.from({ length: count }, (_, i) => numberAt(elements, i));
  return integers.every(Number.isSafeInteger) ? integers : undefined;
}
