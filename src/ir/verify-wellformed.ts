/** @file Types that cannot be, whatever op they appear in: quantised elements out of range, futures of what is no tensor. */
import { type Violation, violation } from "./errors.js";
import { floatRange } from "./floats/bits.js";
import {
  formatType,
  isQuantized,
  type IntegerType,
  type QuantizedType,
  type TensorType,
  type Type,
} from "./types.js";

/** All values of a storage type. */
function storageLimits(storage: IntegerType): readonly [least: number, most: number] {
  const bits = Number(/\d+/.exec(storage)![0]);
  return storage.startsWith("ui") ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

/** The range that stored values keep to: the narrowed one, or all of the storage type. */
export function storageRange(element: QuantizedType): readonly [least: number, most: number] {
  const [least, most] = storageLimits(element.storage);
  return [element.storageMin ?? least, element.storageMax ?? most];
}

function elementProblem(element: QuantizedType): Violation | undefined {
  const [least, most] = floatRange(element.expressed);
  const scale = element.scales.find((each) => !(each >= least && each <= most));
  if (scale !== undefined)
    return violation(
      "quantized_element_type_c6",
      `the scale ${scale} is no number that ${element.expressed} can express`,
    );
  if (element.axis !== undefined && element.axis < 0)
    return violation("quantized_element_type_c11", `the axis ${element.axis} is negative`);
  return undefined;
}

/** What only shows where a tensor is used: zero points, and an axis that the shape must have. */
function usedElementProblem(element: QuantizedType, type: TensorType): Violation | undefined {
  const [least, most] = storageRange(element);
  const zero = element.zeroPoints.find((each) => each < least || each > most);
  if (zero !== undefined)
    return violation(
      "quantized_element_type_c8",
      `the zero point ${zero} of ${formatType(type)} is not in [${least}, ${most}]`,
    );
  const { axis, scales } = element;
  if (axis === undefined) return undefined;
  const size = type.shape[axis];
  if (size === undefined)
    return violation(
      "quantized_element_type_c12",
      `${formatType(type)} has no dimension ${axis} to be quantised along`,
    );
  if (size >= 0 && size !== scales.length)
    return violation(
      "quantized_element_type_c13",
      `${formatType(type)} needs ${size} scales, one for each index of its axis`,
    );
  return undefined;
}

const firstProblem = (
  types: readonly Type[],
  find: (type: Type) => Violation | undefined,
): Violation | undefined => {
  for (const type of types) {
    const problem = find(type);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

/** Sizes are numbers, which are exact up to 2^53; one beyond comes of attributes that have larger ones. */
function sizeProblem(type: TensorType): Violation | undefined {
  const size = type.shape.find((each) => !Number.isSafeInteger(each));
  return size === undefined ? undefined : violation("size", `${formatType(type)} has a size beyond 2^53`);
}

/** What is wrong with a type that an argument or a result has. */
export function typeProblem(type: Type): Violation | undefined {
  switch (type.kind) {
    case "tensor":
      return sizeProblem(type) ?? (isQuantized(type.element) ? elementProblem(type.element) : undefined);
    case "buffer":
    case "unranked":
      return isQuantized(type.element) ? elementProblem(type.element) : undefined;
    case "tuple":
      return firstProblem(type.elements, typeProblem);
    case "function":
      return firstProblem([...type.inputs, ...type.results], typeProblem);
    case "future": {
      const other = type.elements.find((element) => element.kind !== "tensor");
      if (other === undefined) return firstProblem(type.elements, typeProblem);
      return violation("future_type", `a future holds tensors, not ${formatType(other)}`);
    }
    case "opaque":
      return /^!stablehlo\b/.test(type.text)
        ? violation("unknown_type", `StableHLO has no type ${type.text}`)
        : undefined;
    default:
      return undefined;
  }
}

/** What is wrong with a type that an op takes or makes. */
export function usedTypeProblem(type: Type): Violation | undefined {
  if (type.kind === "tensor" && isQuantized(type.element)) return usedElementProblem(type.element, type);
  return type.kind === "tuple" ? firstProblem(type.elements, usedTypeProblem) : undefined;
}
