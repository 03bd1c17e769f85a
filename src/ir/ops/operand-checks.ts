/** @file What the ops of models ask of one operand: its axes, their sizes, its element type. */
import { type ElementType, formatType, type TensorType } from "../types.js";
import type { OpView } from "./define.js";

type View = OpView<unknown>;

export function expectShape(op: View, name: string, type: TensorType, shape: readonly number[]): void {
  const same = type.shape.length === shape.length && shape.every((size, i) => type.shape[i] === size);
  op.check(same, `${name}_shape`, `${name} must be [${shape.join(", ")}], got ${formatType(type)}`);
}

export function expectRank(op: View, name: string, type: TensorType, rank: number): void {
  op.check(
    type.shape.length === rank,
    `${name}_rank`,
    `${name} must have ${rank} axes, got ${formatType(type)}`,
  );
}

export function expectRankAtLeast(op: View, name: string, type: TensorType, rank: number): void {
  op.check(
    type.shape.length >= rank,
    `${name}_rank`,
    `${name} must have ${rank === 1 ? "an axis" : `${rank} axes`} or more, got ${formatType(type)}`,
  );
}

/** `axis` must be one of the first `count` axes of an operand. */
export function expectAxis(op: View, name: string, type: TensorType, axis: number, count: number): void {
  op.check(
    axis >= 0 && axis < count,
    "axis",
    `axis must be one of the first ${count} of ${name}, ${formatType(type)}, got ${axis}`,
  );
}

export function expectElement(op: View, name: string, type: TensorType, element: ElementType): void {
  op.check(
    type.element === element,
    `${name}_element`,
    `${name} must hold ${String(element)}, got ${formatType(type)}`,
  );
}

/** A shape with another size of one axis, or without it. */
export const withSize = (shape: readonly number[], axis: number, size: number): readonly number[] =>
  shape.map((old, i) => (i === axis ? size : old));
export const withoutAxis = (shape: readonly number[], axis: number): readonly number[] =>
  shape.filter((_, i) => i !== axis);
