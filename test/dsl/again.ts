/** @file For tests: operations made once more, by the DSL's `op`. */
import { op, type Operand } from "../../src/dsl/index.js";
import type { ResultOf } from "../../src/dsl/op.js";
import { hasTrait } from "../../src/ir/ops/index.js";
import type { Operation, Value } from "../../src/ir/operation.js";
import type { Type } from "../../src/ir/types.js";

/** What stands for each value of the operations that are made again. */
export type Values = Map<Value, Operand>;

type AnyOp = (
  name: string,
  operands: readonly Operand[],
  attributes: object,
  options: object,
) => readonly Operand[];

/** `op`, by what is known at run time alone. */
export const anyOp = op as unknown as AnyOp;

/** The bodies of an operation, made of the same operations. */
export const bodiesOf = ({ regions }: Operation, values: Values) =>
  regions.map(({ entry }) => ({
    takes: entry.arguments.map(({ type }) => type),
    gives: (...args: readonly Operand[]) => {
      entry.arguments.forEach((argument, i) => {
        values.set(argument, args[i]!);
      });
      for (const inner of entry) {
        if (hasTrait(inner, "terminator")) return inner.operands.map((operand) => values.get(operand)!);
        again(inner, values);
      }
      return [];
    },
  }));

/** The same operation, made by `op`; what it gives stands for its results. @param named what results are said to be, by their types */
export function again(
  operation: Operation,
  values: Values,
  named: (type: Type) => ResultOf = (type) => type,
): readonly Operand[] {
  const made = anyOp(
    operation.name,
    operation.operands.map((operand) => values.get(operand)!),
    operation.attributes,
    { bodies: bodiesOf(operation, values), results: operation.results.map(({ type }) => named(type)) },
  );
  operation.results.forEach((result, i) => {
    values.set(result, made[i]!);
  });
  return made;
}
