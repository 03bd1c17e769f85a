/**
 * @file The bytes of a constant in VHLO: i1 packed eight to a byte, narrow integers without their sign.
 */
import { type Elements, rawElements } from "../elements.js";
import {
  bitWidth,
  byteWidth,
  elementCount,
  type ElementType,
  isFloat,
  isInteger,
  isQuantized,
  isSigned,
  type ScalarType,
  type TensorType,
} from "../types.js";
import type { Complaints } from "./complaints.js";

/** A splat of `true`; fewer than eight bits set would be a packed list. */
const allTrue = 0xff;

/** What the bytes of a constant are numbers of: one of quantised type holds its storage numbers. */
const storageOf = (element: ElementType): ScalarType => (isQuantized(element) ? element.storage : element);

/** The bytes that stand for `elements`; those of the elements themselves where they are the same. */
export function packElements({ type, data, splat }: Elements): Uint8Array {
  const { shape } = type;
  const element = storageOf(type.element);
  if (element === "i1")
    return splat && elementCount(shape) > 1 ? Uint8Array.of(data[0] ? allTrue : 0) : packBits(data);
  const width = bitWidth(element);
  if (width >= 8 || !(isInteger(element) || isSigned(element))) return data;
  const mask = 2 ** width - 1;
  return data.every((byte) => byte <= mask) ? data : data.map((byte) => byte & mask);
}

function packBits(data: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(data.length / 8));
  data.forEach((bit, i) => {
    if (bit !== 0) packed[i >> 3]! |= 1 << (i & 7);
  });
  return packed;
}

function unpackBits(to: Complaints, count: number, blob: Uint8Array): Uint8Array {
  if (blob.length === 1 && blob[0] === allTrue) return Uint8Array.of(1);
  const isPacked = blob.length === Math.ceil(count / 8) && blob.length !== count;
  if (isPacked) return Uint8Array.from({ length: count }, (_, i) => (blob[i >> 3]! >> (i & 7)) & 1);
  if (blob.length === 1 && count === 1) return Uint8Array.of(blob[0]! & 1);
  if (blob.length === 1) return Uint8Array.of(blob[0] === 0 ? 0 : 1);
  if (blob.length !== count) to.fail(`${blob.length} bytes cannot hold ${count} truth values`);
  return blob.map((byte) => (byte === 0 ? 0 : 1));
}

/** The elements of a constant of `type` from its bytes, which are copied. */
export function unpackElements(to: Complaints, type: TensorType, blob: Uint8Array): Elements {
  const { shape } = type;
  const element = storageOf(type.element);
  const count = elementCount(shape);
  if (count < 0 || shape.some((size) => size < 0)) to.fail("a constant must have a static shape");
  if (element === "tf32") to.fail("a constant cannot be of tf32");
  if (element === "i1") return rawElements(type, unpackBits(to, count, blob));
  const width = byteWidth(element);
  // One value may also stand for none: MLIR keeps that of a splat without elements.
  const isSplat = blob.length === width;
  if (!isSplat && blob.length !== width * count)
    to.fail(`${blob.length} bytes cannot hold ${count} elements of ${element}`);
  const bits = bitWidth(element);
  if (bits < 8 && isFloat(element) && blob.some((byte) => byte >= 2 ** bits))
    to.fail(`a byte is no bit pattern of ${element}`);
  return rawElements(type, blob.slice());
}
