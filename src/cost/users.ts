/** @file Which instructions read a value. */
import type { Computation, Instruction } from "./hlo.js";

/** Of each computation that was asked about: by name of the value. */
const users = new WeakMap<Computation, ReadonlyMap<string, readonly Instruction[]>>();

/** Instructions that read a value, each once. */
export function usersOf(computation: Computation, value: Instruction): readonly Instruction[] {
  let all = users.get(computation);
  if (all === undefined) {
    const lists = new Map<string, Instruction[]>();
    for (const instruction of computation.instructions.values()) {
      for (const name of new Set(instruction.operands)) {
        const list = lists.get(name);
        if (list === undefined) lists.set(name, [instruction]);
        else list.push(instruction);
      }
    }
    all = lists;
    users.set(computation, all);
  }
  return all.get(value.name) ?? [];
}
