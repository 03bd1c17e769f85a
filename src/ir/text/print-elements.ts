/** @file Dense literals: `dense<[1, 2]>`, splats, and hexadecimal text above 100 elements. */
import { type Elements, numberAt } from "../elements.js";
import {
  bitWidth,
  byteWidth,
  elementCount,
  type FloatType,
  isComplex,
  isFloat,
  isQuantized,
  withElement,
} from "../types.js";
import { formatFloatBits } from "../floats/spelling.js";

/** More elements than this are written as hexadecimal bytes, in MLIR and here. */
const hexAbove = 100;

type ElementWriter = (index: number) => string;

function floatWriter(elements: Elements, type: FloatType, offset: number, stride: number): ElementWriter {
  const { data } = elements;
  const width = byteWidth(type);
  return (index) => {
    const at = index * stride + offset;
    let bits = 0n;
    for (let i = width - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(data[at + i]!);
    return formatFloatBits(bits, type);
  };
}

/** Writes the element at an index of `data`. */
function elementWriter(elements: Elements): ElementWriter {
  const { data } = elements;
  const { element } = elements.type;
  // A constant of quantised type holds its storage numbers.
  const storage = isQuantized(element) ? element.storage : element;
  if (storage === "i1") return (index) => (data[index] === 0 ? "false" : "true");
  if (isFloat(storage)) return floatWriter(elements, storage, 0, byteWidth(storage));
  if (isComplex(storage)) {
    const part = storage === "complex<f32>" ? "f32" : "f64";
    const width = byteWidth(part);
    const real = floatWriter(elements, part, 0, 2 * width);
    const imaginary = floatWriter(elements, part, width, 2 * width);
    return (index) => `(${real(index)},${imaginary(index)})`;
  }
  if (bitWidth(storage) < 64) {
    const stored = { ...elements, type: withElement(elements.type, storage) };
    return (index) => String(numberAt(stored, index));
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return storage === "ui64"
    ? (index) => String(view.getBigUint64(index * 8, true))
    : (index) => String(view.getBigInt64(index * 8, true));
}

function nested(shape: readonly number[], write: ElementWriter): string {
  let next = 0;
  const level = (depth: number): string => {
    if (depth === shape.length) return write(next++);
    const items = Array.from({ length: shape[depth]! }, () => level(depth + 1));
    return `[${items.join(", ")}]`;
  };
  return level(0);
}

function hexadecimal({ data, type }: Elements): string {
  const width = bitWidth(type.element);
  const bytes = width < 8 ? data.map((byte) => byte & ((1 << width) - 1)) : data;
  return `"0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex").toUpperCase()}"`;
}

/**
 * What stands between `dense<` and `>`. Unlike MLIR, more than 100 elements of `i1` are written as a list:
 * releases disagree on how their hexadecimal form is packed, while all read the list.
 */
export function formatElements(elements: Elements): string {
  const count = elementCount(elements.type.shape);
  if (count === 0 && !elements.splat) return "";
  const write = elementWriter(elements);
  if (elements.splat) return write(0);
  if (count > hexAbove && elements.type.element !== "i1") return hexadecimal(elements);
  return nested(elements.type.shape, write);
}
