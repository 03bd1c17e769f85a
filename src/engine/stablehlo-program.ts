/** @file A StableHLO program that came as text: its entry function, and what that takes and gives. */
import { ENTRY, findEntry, type FunctionOperation } from "../ir/analysis/symbols.js";
import type { Operation } from "../ir/operation.js";
import { type Interface, interfaceOf, ProgramError } from "../program/index.js";

/** The function that a plugin enters. @throws ProgramError when the module has none */
export function findMain(module: Operation): FunctionOperation {
  const entry = findEntry(module);
  if (entry !== undefined) return entry;
  throw new ProgramError(`the program has no function @${ENTRY}`);
}

/** What @main takes and gives. @throws ProgramError for values that no buffer can hold: dynamic sizes, tokens, tuples */
export const mainInterface = (module: Operation): Interface => interfaceOf(findMain(module), ENTRY);
