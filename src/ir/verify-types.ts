/** @file When two types may stand for each other: dynamic sizes, bounds, and quantised element types. */
import {
  DYNAMIC,
  type ElementType,
  isComplex,
  isFloat,
  isQuantized,
  isSigned,
  type TensorType,
  type Type,
} from "./types.js";
import { storageRange } from "./verify-wellformed.js";

const fits = (size: number, bound: number | undefined): boolean =>
  bound === undefined || bound === DYNAMIC || size <= bound;

/** Same rank, and every pair of sizes equal or one of them dynamic (and not beyond the other's bound). */
export function sameShape(a: TensorType, b: TensorType): boolean {
  if (a === b) return true;
  if (a.shape.length !== b.shape.length) return false;
  return a.shape.every((size, i) => {
    const other = b.shape[i]!;
    if (size === DYNAMIC || other === DYNAMIC) return fits(size, b.bounds?.[i]) && fits(other, a.bounds?.[i]);
    return size === other;
  });
}

/** Equal element types; of quantised ones all but scales, zero points and axis. */
export function sameElement(a: ElementType, b: ElementType): boolean {
  if (a === b) return true;
  if (!isQuantized(a) || !isQuantized(b)) return false;
  return (
    a.storage === b.storage &&
    a.unsignedStorage === b.unsignedStorage &&
    a.expressed === b.expressed &&
    String(storageRange(a)) === String(storageRange(b)) &&
    (a.axis === undefined) === (b.axis === undefined)
  );
}

/** Whether a written type may stand where `inferred` was found. */
export function isCompatible(inferred: Type, written: Type): boolean {
  if (inferred === written) return true;
  if (inferred.kind === "tensor" && written.kind === "tensor")
    return sameShape(inferred, written) && sameElement(inferred.element, written.element);
  if (inferred.kind === "tuple" && written.kind === "tuple")
    return areCompatible(inferred.elements, written.elements);
  return false;
}

/** Lists of equal length whose types are compatible one by one. */
export const areCompatible = (inferred: readonly Type[], written: readonly Type[]): boolean =>
  inferred.length === written.length && inferred.every((type, i) => isCompatible(type, written[i]!));

function elementClass(element: ElementType): string {
  if (isQuantized(element)) return element.axis === undefined ? "Q" : "A";
  if (element === "i1") return "P";
  if (element === "index") return "X";
  if (isComplex(element)) return "C";
  if (isFloat(element)) return "F";
  if (isSigned(element)) return "OZ";
  return element.startsWith("ui") ? "I" : "IS";
}

/** Whether a type belongs to one of the classes of `wanted` (letters of ops/define.ts). */
export function inTypeClass(type: Type, wanted: string): boolean {
  switch (type.kind) {
    case "unranked":
      return wanted.includes("K");
    case "tensor":
      return [...elementClass(type.element)].some((letter) => wanted.includes(letter));
    case "token":
      return wanted.includes("T");
    case "tuple":
      return wanted.includes("U");
    case "buffer":
      return wanted.includes("B");
    case "future":
      return wanted.includes("N");
    case "opaque":
      // A buffer of another layout than row-major, or in a memory space, is its text.
      return wanted.includes("O") || (wanted.includes("B") && type.text.startsWith("memref<"));
    case "scalar":
    case "function":
    case "none":
      return wanted.includes("V");
  }
}
