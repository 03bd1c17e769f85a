/** @file Checks that many ops share. Each takes the spec's label of the constraint it stands for. */
import type { Block, Value } from "../operation.js";
import {
  DYNAMIC,
  type ElementType,
  bitWidth,
  formatType,
  isComplex,
  isFloat,
  isInteger,
  isQuantized,
  type TensorType,
  type Type,
} from "../types.js";
import { sameShape } from "../verify-types.js";
import type { OpView } from "./define.js";

/** An op whose attributes do not matter to the check. */
export type View = OpView<unknown>;

export const rankOf = (type: TensorType): number => type.shape.length;

/** `[1, 2]`, for messages. */
export const list = (items: readonly unknown[]): string => `[${items.join(", ")}]`;

/** Types for messages. */
export const typeList = (types: readonly Type[]): string => `(${types.map(formatType).join(", ")})`;

export const isUnique = (items: readonly number[]): boolean => new Set(items).size === items.length;
export const isSorted = (items: readonly number[]): boolean =>
  items.every((item, i) => i === 0 || items[i - 1]! <= item);

/** Whether two sizes may be the same at run time. */
export const sameSize = (a: number, b: number): boolean => a === b || a === DYNAMIC || b === DYNAMIC;

export function checkUnique(op: View, items: readonly number[], name: string, constraint: string): void {
  op.check(isUnique(items), constraint, `${name} must not repeat, got ${list(items)}`);
}

export function checkSorted(op: View, items: readonly number[], name: string, constraint: string): void {
  op.check(isSorted(items), constraint, `${name} must be sorted, got ${list(items)}`);
}

/** Every item must lie in [0, bound). */
export function checkInRange(
  op: View,
  items: readonly number[],
  bound: number,
  name: string,
  constraint: string,
): void {
  const outside = items.find((item) => item < 0 || item >= bound);
  op.check(outside === undefined, constraint, `${name} must lie in [0, ${bound}), got ${outside}`);
}

/** `dimension` must name a dimension of `type`. */
export function checkDimension(
  op: View,
  dimension: number,
  type: TensorType,
  name: string,
  constraint: string,
): void {
  checkInRange(op, [dimension], rankOf(type), name, constraint);
}

export function checkLength(
  op: View,
  items: readonly unknown[],
  length: number,
  name: string,
  constraint: string,
): void {
  op.check(items.length === length, constraint, `${name} must have ${length} items, got ${items.length}`);
}

export function checkRank(op: View, type: TensorType, rank: number, name: string, constraint: string): void {
  op.check(
    rankOf(type) === rank,
    constraint,
    `${name} must be a tensor of rank ${rank}, got ${formatType(type)}`,
  );
}

/** All types must have shapes that may be the same at run time. */
export function checkSameShapes(
  op: View,
  types: readonly TensorType[],
  what: string,
  constraint: string,
): void {
  const other = types.find((type) => !sameShape(types[0]!, type));
  op.check(other === undefined, constraint, `${what} must have the same shape, got ${typeList(types)}`);
}

/** All operands must have one element type. */
export function checkSameElements(
  op: View,
  types: readonly TensorType[],
  what: string,
  constraint: string,
): void {
  const same = types.every((type) => type.element === types[0]!.element);
  op.check(same, constraint, `${what} must have the same element type, got ${typeList(types)}`);
}

/** Operands `from` up to `to` as tensors. */
export function tensors(op: View, from = 0, to = op.operands.length): TensorType[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => op.tensor(from + i));
}

/** What the terminator of a body returns. */
export const returned = (block: Block): readonly Value[] => block.last?.operands ?? [];
export const returnedTypes = (block: Block): readonly Type[] => returned(block).map((value) => value.type);

const family = (element: ElementType): string => {
  if (isQuantized(element)) return `quantised ${element.expressed}`;
  if (isFloat(element)) return "float";
  if (isComplex(element)) return "complex";
  return element === "i1" || isInteger(element) ? "integer" : element;
};

/** The spec's is_promotable: the same kind of number, in at least as many bits; floats among themselves always. */
export function isPromotable(from: ElementType, to: ElementType): boolean {
  if (from === to) return true;
  if (family(from) !== family(to)) return false;
  return isFloat(from) || bitWidth(from) <= bitWidth(to);
}

/** Element types are the same, or both floats: reducers may compute in another precision. */
export const sameUpToPrecision = (a: ElementType, b: ElementType): boolean =>
  a === b || (isFloat(a) && isFloat(b));
