/** @file The built-in dialects as values, like those of others, and what the ops of all dialects mean. */
import type { Decomposition, FindDecomposition } from "../ir/decompositions.js";
import { type Dialect, dialectOf } from "../ir/dialect.js";
import type { OpDefinition } from "../ir/ops/define.js";
import { builtInOps } from "../ir/ops/index.js";
import { formTable } from "../ir/text/forms/index.js";
import { ownValue } from "../support/own-value.js";
import { chloDecompositions, isStaticOperation } from "./chlo/index.js";
import { decompositions as modelDecompositions } from "./decompose/index.js";

const decompositions: Readonly<Record<string, Decomposition>> = {
  ...(modelDecompositions as unknown as Readonly<Record<string, Decomposition>>),
  ...chloDecompositions,
};

/** The part of a table that is of a dialect's ops. */
const partFor = <T>(
  ops: readonly { readonly name: string }[],
  table: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> =>
  Object.fromEntries(
    ops.flatMap(({ name }) => {
      const value = ownValue(table, name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );

/** The dialects of this package. Gradients of their ops are a table of src/autodiff, which is above. */
export const builtInDialects: readonly Dialect[] = builtInOps.map(({ name, ops }) => ({
  name,
  ops: ops as unknown as readonly OpDefinition[],
  forms: partFor(ops, formTable),
  decompositions: partFor(ops, decompositions),
  gradients: {},
}));

const byName = new Map(builtInDialects.map((dialect) => [dialect.name, dialect]));

/** The dialect of an operation, built in or added; undefined for an op that nobody declares. */
const anyDialectOf = (operation: Parameters<FindDecomposition>[0]): Dialect | undefined =>
  dialectOf(operation) ?? byName.get(operation.name.slice(0, operation.name.indexOf(".")));

/**
 * What an op means that is not StableHLO's own: one of a model, of chlo where shapes are static, or of an added dialect. The form in which the
 * interpreter takes it.
 */
export const findMeaning: FindDecomposition = (operation) => {
  const meaning = ownValue(anyDialectOf(operation)?.decompositions ?? {}, operation.name);
  return operation.name.startsWith("chlo.") && !isStaticOperation(operation) ? undefined : meaning;
};
