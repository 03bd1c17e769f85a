/** @file What ops of added dialects mean: a decomposition into ops that are known already. */
import type { Emitter } from "./emit.js";
import type { Operation, Value } from "./operation.js";

/** Writes what `operation` means and gives the values that stand for its results. */
export type Decomposition = (emitter: Emitter, operation: Operation) => readonly Value[];

const decompositions = new Map<string, Decomposition>();

/** Makes the decompositions of an added dialect known (dialect.ts). */
export function addDecompositions(added: Readonly<Record<string, Decomposition>>): void {
  for (const [name, decomposition] of Object.entries(added)) decompositions.set(name, decomposition);
}

/** The decomposition of an op of an added dialect, or undefined. */
export const findDecomposition = (name: string): Decomposition | undefined => decompositions.get(name);
