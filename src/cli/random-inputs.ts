/** @file Numbers for the arguments of a program that nobody gives: reproducible, of their types, for first tries and measurements. */
import type { HostValue, NamedValues } from "../engine/index.js";
import { Tensor } from "../ir/interpret/tensor.js";
import { elementsFromNumbers } from "../ir/elements.js";
import {
  elementCount,
  formatType,
  isComplex,
  isFloat,
  isInteger,
  isStatic,
  type TensorType,
  tensorType,
  type Type,
} from "../ir/types.js";
import { randomNumbers } from "../testing/random-numbers.js";
import { UsageError } from "../support/errors.js";

/** An argument that a run asks for. */
export interface WantedArgument {
  readonly name: string;
  readonly type: Type;
}

/** Floats in [-1, 1), whole numbers from 0 to 3, which index little tables too, and booleans. */
function bytesOf(type: TensorType, seed: number): Uint8Array<ArrayBuffer> | undefined {
  const { element, shape } = type;
  if (isComplex(element))
    return bytesOf(tensorType([...shape, 2], element === "complex<f32>" ? "f32" : "f64"), seed);
  const count = elementCount(shape);
  if (isFloat(element))
    return Tensor.fromElements(elementsFromNumbers(type, randomNumbers(seed, count))).bytes.slice();
  if (element !== "i1" && !isInteger(element)) return undefined;
  const numbers = randomNumbers(seed, count, 0, element === "i1" ? 2 : 4).map(Math.floor);
  return Tensor.fromElements(elementsFromNumbers(type, numbers)).bytes.slice();
}

function randomValue({ name, type }: WantedArgument, seed: number): HostValue {
  const data = type.kind === "tensor" && isStatic(type) ? bytesOf(type, seed) : undefined;
  if (type.kind === "tensor" && data !== undefined)
    return { elementType: type.element as HostValue["elementType"], dimensions: type.shape, data };
  throw new UsageError({
    message: `there are no random numbers for argument ${JSON.stringify(name)}`,
    expected: "tensors of known sizes, of floats, complex numbers, integers or booleans",
    got: formatType(type),
    hint: "give it by --input",
  });
}

/**
 * What is given, and numbers for the rest; those of an argument follow from the seed and its place alone.
 * @throws UsageError for an argument whose size is not known, or of a type without such numbers
 */
export function withRandom(wanted: readonly WantedArgument[], given: NamedValues, seed: number): NamedValues {
  const rest = wanted.flatMap((argument, i) =>
    given.has(argument.name)
      ? []
      : [[argument.name, randomValue(argument, seed * wanted.length + i)] as const],
  );
  return new Map([...given, ...rest]);
}
