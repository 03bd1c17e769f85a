/** @file Which operations compute rows apart from each other, and where their rows lie, as the op table says. */
import type { Operation, Value } from "../operation.js";
import type { RowAxes } from "../ops/define.js";
import { definitionOf, hasTrait } from "../ops/index.js";
import { isQuantized, isStatic } from "../types.js";

/** Whether a rule about rows may look at a value: a tensor of static shape that is not quantised. */
const isPlain = ({ type }: Value): boolean =>
  type.kind === "tensor" && isStatic(type) && !isQuantized(type.element);

const rankOf = ({ type }: Value): number => (type.kind === "tensor" ? type.shape.length : 0);

/**
 * Where the rows of a row-wise operation lie that are the rows along `axis` of its first result; undefined when it is not row-wise there.
 * To permute the rows of all operands is then to permute the rows of all results.
 */
export function rowAxesOf(operation: Operation, axis: number): RowAxes | undefined {
  const { operands, results } = operation;
  if (results.length === 0 || axis >= rankOf(results[0]!)) return undefined;
  if (![...operands, ...results].every(isPlain)) return undefined;
  if (hasTrait(operation, "elementwise"))
    return { operands: operands.map((operand) => (rankOf(operand) > 0 ? axis : undefined)), results: [axis] };
  return definitionOf(operation)?.rowAxes?.(operation, axis);
}

/** Where time lies in an operation that mixes rows along time and has a strided form, see `timeAxes` of the op table. */
export const timeAxesOf = (operation: Operation): RowAxes | undefined =>
  definitionOf(operation)?.timeAxes?.(operation);

/** Axes of the operands along which rows are combined in any order, see `summedRows` of the op table; none where the rule may not look. */
export function summedRowsOf(operation: Operation): readonly RowAxes["operands"][] {
  const { operands, results } = operation;
  if (![...operands, ...results].every(isPlain)) return [];
  return definitionOf(operation)?.summedRows?.(operation) ?? [];
}
