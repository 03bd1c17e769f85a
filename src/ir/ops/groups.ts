/** @file Which operands belong to which group of an op's declaration. */
import type { OpDefinition } from "./define.js";

/** Operands of a declaration that come in one group of any size. */
const isGroup = (operand: OpDefinition["operands"][number]): boolean =>
  operand.variadic === true || operand.optional === true;

/**
 * Splits operands into the groups of the declaration: one group takes what the single ones leave; several variadic groups
 * share equally (`reduce`: as many init values as inputs). Undefined when the count fits no split.
 */
export function resolveOperandGroups<T>(
  definition: Pick<OpDefinition, "operands">,
  operands: readonly T[],
): readonly (readonly T[])[] | undefined {
  const groups = definition.operands.filter(isGroup).length;
  const spare = operands.length - (definition.operands.length - groups);
  if (spare < 0 || (groups === 0 && spare > 0)) return undefined;
  if (groups > 0 && spare % groups !== 0) return undefined;
  const size = groups === 0 ? 0 : spare / groups;
  let at = 0;
  return definition.operands.map((operand) => {
    const length = isGroup(operand) ? size : 1;
    const group = operands.slice(at, at + length);
    at += length;
    return group;
  });
}
