/** @file Tensors as short text, `2x2xf32: 1 2 3 4`, for cases that show input and output whole. */
import {
  decodeFloats,
  decodeIntegers,
  encodeFloats,
  encodeIntegers,
} from "../../../src/ir/interpret/codec.js";
import { type Elements, rawElements } from "../../../src/ir/elements.js";
import {
  elementCount,
  isComplex,
  isFloat,
  isScalarType,
  type TensorType,
  tensorType,
} from "../../../src/ir/types.js";
import { Tensor } from "../../../src/ir/interpret/tensor.js";

/** `2x2xf32` as a type; `f32` is a scalar. */
export function type(text: string): TensorType {
  const parts = text.split("x").filter((part) => part !== "comple");
  const element = text.slice(
    text.lastIndexOf("x", text.includes("complex") ? text.indexOf("complex") : undefined) + 1,
  );
  if (!isScalarType(element)) throw new Error(`no element type: ${text}`);
  const shape = /^[\dx]+x/.exec(text)?.[0].split("x").slice(0, -1).map(Number) ?? [];
  return parts.length === 0 ? tensorType([], element) : tensorType(shape, element);
}

const numberOf = (text: string): number =>
  text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);

/** `2xf32: 1 2`; booleans are 0 and 1, complex numbers `re,im`; one value fills the shape. */
export function tensor(text: string): Elements {
  const [typeText, values = ""] = text.split(":") as [string, string?];
  const parsed = type(typeText.trim());
  const words = values
    .trim()
    .split(/[ ,]+/)
    .filter((word) => word !== "");
  const { element, shape } = parsed;
  const count = elementCount(shape) * (isComplex(element) ? 2 : 1);
  const all = words.length === 1 && count > 1 ? Array<string>(count).fill(words[0]!) : words;
  if (all.length !== count) throw new Error(`${count} values are needed: ${text}`);
  const isFloating = isFloat(element) || isComplex(element);
  return rawElements(
    parsed,
    isFloating ? encodeFloats(element, all.map(numberOf)) : encodeIntegers(element, all.map(BigInt)),
  );
}

const shown = (value: number): string => {
  if (Object.is(value, -0)) return "-0";
  return String(value).replace("Infinity", "inf");
};

/** The inverse of `tensor`. */
export function show(elements: Elements): string {
  const { type: t, bytes } = Tensor.fromElements(elements);
  const prefix = [...t.shape, t.element].join("x");
  const { element } = t;
  if (isComplex(element)) {
    const parts = Array.from(decodeFloats(element, bytes), shown);
    const numbers = parts.flatMap((part, i) => (i % 2 === 0 ? [`${part},${parts[i + 1]}`] : []));
    return `${prefix}: ${numbers.join(" ")}`.trimEnd();
  }
  const values = isFloat(element)
    ? Array.from(decodeFloats(element, bytes), shown)
    : Array.from(decodeIntegers(element, bytes), String);
  return `${prefix}: ${values.join(" ")}`;
}
