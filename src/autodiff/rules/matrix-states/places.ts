/** @file Which pairs of tokens count, as constants. */
import type { Emitter } from "../../../ir/emit.js";
import type { Value } from "../../../ir/operation.js";

/** Whether a pair counts, by the places of its row and its column. */
export type Holds = (row: number, column: number) => boolean;

/** A predicate [count, count]: rows, then columns. */
export function where(e: Emitter, count: number, holds: Holds): Value {
  const places = Array.from({ length: count * count }, (_, i) => i);
  const numbers = places.map((i) => (holds(Math.floor(i / count), i % count) ? 1 : 0));
  return e.numbers(numbers, [count, count], "i1");
}

/** Whether the row is in the second of two neighbouring blocks of `size`, and the column in the first. */
export const meets =
  (size: number): Holds =>
  (row, column) =>
    Math.floor(row / size) % 2 === 1 && Math.floor(column / size) === Math.floor(row / size) - 1;
