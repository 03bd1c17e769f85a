/** @file Arguments for programs whose meaning is compared before and after a change. */
import { type Elements, elementsFromNumbers } from "../ir/elements.js";
import { elementCount, formatType, isFloat, isInteger, isStatic, type Type } from "../ir/types.js";
import { TestFailure } from "./failure.js";
import { randomNumbers } from "./random-numbers.js";

/** Floats between -2 and 2, whole numbers from 0 to 3, which also index, and booleans. @throws TestFailure for values of other types */
export function randomElements(type: Type, seed: number): Elements {
  const isBoolean = type.kind === "tensor" && type.element === "i1";
  if (
    type.kind !== "tensor" ||
    !isStatic(type) ||
    !(isBoolean || isFloat(type.element) || isInteger(type.element))
  ) {
    throw new TestFailure({
      message: `there are no random numbers of ${formatType(type)}`,
      expected: "tensors of known shape, of floats, integers or booleans",
    });
  }
  const count = elementCount(type.shape);
  if (isFloat(type.element)) return elementsFromNumbers(type, randomNumbers(seed, count, -2, 2));
  return elementsFromNumbers(type, randomNumbers(seed, count, 0, isBoolean ? 2 : 4).map(Math.floor));
}
