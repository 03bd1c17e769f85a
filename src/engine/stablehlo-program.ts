/** @file A StableHLO program that came as text: its entry function, and what that takes and gives. */
import type { TracedProgram } from "../dsl/index.js";
import { ENTRY, findEntry, type FunctionOperation } from "../ir/analysis/symbols.js";
import type { Operation } from "../ir/operation.js";
import { type Interface, interfaceOf, ProgramError } from "../program/index.js";
import { UsageError } from "../support/errors.js";

/** The function that a plugin enters. @throws ProgramError when the module has none */
export function findMain(module: Operation): FunctionOperation {
  const entry = findEntry(module);
  if (entry !== undefined) return entry;
  throw new ProgramError(`the program has no function @${ENTRY}`);
}

/** What @main takes and gives. @throws ProgramError for values that no buffer can hold: dynamic sizes, tokens, tuples */
export const mainInterface = (module: Operation): Interface => interfaceOf(findMain(module), ENTRY);

/**
 * A module as a program: its tensors are called as it says itself, or by their numbers. @param name where the module has none
 * @throws ProgramError for values that no buffer can hold; UsageError for half of a prepared program
 */
export function programOf(module: Operation, name: string): TracedProgram {
  const { sym_name: ownName } = module.attributes;
  const program = { ...mainInterface(module), name: typeof ownName === "string" ? ownName : name, module };
  checkComplete(program);
  return program;
}

/** Arguments that a preparing program computes cannot be told from weights by their types: no tensor is taken for one. @throws UsageError */
export function checkComplete({ arguments: args }: Interface): void {
  const prepared = args.flatMap(({ role }, i) => (role === "prepared" ? [`"${i}"`] : []));
  if (prepared.length === 0) return;
  throw new UsageError({
    message: "the program needs another one beside it, which computes some of its arguments from the weights",
    expected: "a program that runs by itself",
    got: `griffin.prepared on argument ${prepared.join(", ")}`,
    hint: "lower it without `prepare` (griffin lower without --prepare): what is prepared is then part of it",
  });
}
