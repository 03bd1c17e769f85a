/** @file Sizes of values: compilers count elements and bytes in signed 64 bits, and some divide by zero long before that. */
import type { Operation } from "../operation.js";
import { formatType, type TensorType, type Type } from "../types.js";
import type { Refusal } from "./refusal.js";

/** Elements that one value may have, empty dimensions not counted. No device holds 2^40; XLA divides by zero on an iota of as many. */
const ELEMENTS = 2 ** 40;

const tensorsIn = (type: Type): readonly TensorType[] => {
  switch (type.kind) {
    case "tensor":
      return [type];
    case "tuple":
    case "future":
      return type.elements.flatMap(tensorsIn);
    default:
      return [];
  }
};

/** Elements as a compiler may count them: bounded dimensions at their bound; empty ones do not make the others small. */
const countOf = ({ shape, bounds }: TensorType): number =>
  shape
    .map((size, i) => (size < 0 ? (bounds?.[i] ?? 1) : size))
    .reduce((product, size) => product * Math.max(1, size), 1);

/** A value of too many elements among the operation's results and its regions' arguments, or undefined. */
export function checkSizes(operation: Operation): Refusal | undefined {
  const blocks = operation.regions.flatMap((region) => region.blocks);
  const values = [...operation.results, ...blocks.flatMap((block) => block.arguments)];
  const type = values.flatMap((value) => tensorsIn(value.type)).find((tensor) => countOf(tensor) >= ELEMENTS);
  if (type === undefined) return undefined;
  return {
    constraint: "value_size",
    message: `${formatType(type)} has too many elements for a compiler to count`,
    expected: "fewer than 2^40 elements, empty dimensions counted as 1",
    hint: "compute it in parts",
  };
}
