/** @file The items of a dense array (`array<i64: 1, 2>`) as bytes: little-endian, each in whole bytes, an i1 in one. */
import type { Attribute } from "../attribute.js";
import { bitWidth, isFloat, isScalarType, type ScalarType, scalarType } from "../types.js";
import { numberBits, numberFromBits } from "./number-bits.js";
import type { Complaints } from "./complaints.js";

type DenseArray = Extract<Attribute, { kind: "denseArray" }>;

/** The bytes of all items, exact for every integer and every NaN. @throws through `fail` when the element type holds no numbers */
export function bytesOfItems(to: Complaints, { element, items }: DenseArray): Uint8Array {
  if (!isScalarType(element)) return to.fail(`an array has elements of ${element}, which holds no numbers`);
  const width = bytesOfItem(element);
  const bytes = new Uint8Array(width * items.length);
  items.forEach((item, i) => {
    let bits = bitsOfItem(to, element, item);
    for (let byte = 0; byte < width; byte++, bits >>= 8n)
      bytes[i * width + byte] = Number(BigInt.asUintN(8, bits));
  });
  return bytes;
}

/** The array of `count` items that these bytes hold. @throws through `fail` when they do not, or hold no numbers */
export function itemsOfBytes(
  from: Complaints,
  element: ScalarType,
  count: number,
  bytes: Uint8Array,
): DenseArray {
  const width = bytesOfItem(element);
  if (bytes.length !== width * count)
    return from.fail(`${bytes.length} bytes cannot hold ${count} of ${element}`);
  const items = Array.from({ length: count }, (_, i) => {
    let bits = 0n;
    for (let byte = width - 1; byte >= 0; byte--) bits = (bits << 8n) | BigInt(bytes[i * width + byte]!);
    return itemFromBits(from, element, bits);
  });
  return { kind: "denseArray", element, items };
}

const bytesOfItem = (element: ScalarType): number => Math.ceil(bitWidth(element) / 8);

function bitsOfItem(to: Complaints, element: ScalarType, item: bigint | number): bigint {
  if (element === "i1") return item === 0n ? 0n : 1n;
  const type = scalarType(element);
  if (typeof item === "number") return numberBits(to, { kind: "float", value: item, type });
  if (isFloat(element)) return item;
  return numberBits(to, { kind: "integer", value: item, type });
}

function itemFromBits(from: Complaints, element: ScalarType, bits: bigint): bigint | number {
  if (element === "i1") return bits === 0n ? 0n : 1n;
  const number = numberFromBits(from, scalarType(element), BigInt.asUintN(bitWidth(element), bits));
  return number.kind === "float" ? (number.bits ?? number.value) : number.value;
}
