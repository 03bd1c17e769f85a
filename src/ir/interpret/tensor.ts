/** @file Tensors of the interpreter: bytes with a static type, read as the numbers that ops compute with. */
import { type Elements, rawElements } from "../elements.js";
import {
  byteWidth,
  type ElementType,
  elementCount,
  isComplex,
  isFloat,
  isQuantized,
  type TensorType,
  tensorType,
} from "../types.js";
import {
  decodeFloats,
  decodeIntegers,
  encodeFloats,
  encodeIntegers,
  type Floats,
  type Integers,
} from "./codec.js";

/** What kind of arithmetic an element type has. */
export type Domain = "boolean" | "integer" | "float" | "complex" | "quantized";

export function domainOf(element: ElementType): Domain {
  if (isQuantized(element)) return "quantized";
  if (element === "i1") return "boolean";
  if (isComplex(element)) return "complex";
  return isFloat(element) ? "float" : "integer";
}

/** Row-major strides of a shape, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1]! * shape[d + 1]!;
  return strides;
}

/** Complex numbers are pairs of floats: the largest unit that a view has is 8 bytes. */
const unitOf = (element: ElementType): number => Math.min(8, byteWidth(element));

export class Tensor {
  readonly bytes: Uint8Array;
  #floats: Floats | undefined;
  #integers: Integers | undefined;

  /**
   * Over the elements' bytes, laid out as in `Elements` without splat; they are copied only when not
   * aligned.
   */
  constructor(
    readonly type: TensorType,
    bytes: Uint8Array,
  ) {
    this.bytes = bytes.byteOffset % unitOf(type.element) === 0 ? bytes : new Uint8Array(bytes);
  }

  get shape(): readonly number[] {
    return this.type.shape;
  }

  get element(): ElementType {
    return this.type.element;
  }

  /** Number of elements. */
  get count(): number {
    return this.bytes.length / byteWidth(this.type.element);
  }

  /** Values of floats; of complex numbers the parts in turn (re, im, re, im ...). */
  get floats(): Floats {
    this.#floats ??= decodeFloats(this.type.element, this.bytes);
    return this.#floats;
  }

  /** Values of integers, of `i1` (0 and 1), and the storage of quantised elements. */
  get integers(): Integers {
    this.#integers ??= decodeIntegers(this.type.element, this.bytes);
    return this.#integers;
  }

  /** The integers as numbers: for indices and shapes. */
  get numbers(): number[] {
    return Array.from(this.integers, Number);
  }

  /** Element `index` (row-major) as a tensor of rank 0, over the same memory. */
  scalarAt(index: number): Tensor {
    const width = byteWidth(this.type.element);
    const bytes = this.bytes.subarray(index * width, (index + 1) * width);
    return new Tensor(tensorType([], this.type.element), bytes);
  }

  /** The same elements under another shape (of as many elements). */
  reshaped(shape: readonly number[]): Tensor {
    return new Tensor(tensorType(shape, this.type.element), this.bytes);
  }

  /** A copy whose bytes may be written. */
  copy(): Tensor {
    return new Tensor(this.type, this.bytes.slice());
  }

  /** Overwrites element `index` of a copy that has not been read yet. */
  setScalar(index: number, value: Tensor): void {
    this.bytes.set(value.bytes, index * byteWidth(this.type.element));
  }

  toElements(): Elements {
    return rawElements(this.type, this.bytes.slice());
  }

  /** Floats rounded to the element type; complex numbers as parts in turn. */
  static fromFloats(shape: readonly number[], element: ElementType, values: Floats): Tensor {
    return new Tensor(tensorType(shape, element), encodeFloats(element, values));
  }

  /** Integers wrapped to the width of the element type. */
  static fromIntegers(shape: readonly number[], element: ElementType, values: ArrayLike<bigint>): Tensor {
    return new Tensor(tensorType(shape, element), encodeIntegers(element, values));
  }

  static fromBooleans(shape: readonly number[], values: readonly boolean[]): Tensor {
    return new Tensor(tensorType(shape, "i1"), Uint8Array.from(values, Number));
  }

  /** All bits zero: false, 0, and positive zeros. */
  static zeros(shape: readonly number[], element: ElementType): Tensor {
    return new Tensor(tensorType(shape, element), new Uint8Array(elementCount(shape) * byteWidth(element)));
  }

  /**
   * The tensor of a constant, whose elements may stand under another type of the same storage (quantised
   * constants).
   */
  static fromElements({ data, splat, type: stored }: Elements, type: TensorType = stored): Tensor {
    if (!splat) return new Tensor(type, data);
    const bytes = new Uint8Array(elementCount(type.shape) * data.length);
    for (let at = 0; at < bytes.length; at += data.length) bytes.set(data, at);
    return new Tensor(type, bytes);
  }
}
