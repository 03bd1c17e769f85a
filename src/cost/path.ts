/** @file Where an instruction comes from, by the names that front ends give. */
import { usersOf } from "./fusion.js";
import type { Computation, Instruction, Module } from "./hlo.js";

/** Paths of a computation's instructions: their own; a fusion's, its root's; else the next user's, since what fetches belongs to what uses it. */
export function pathsOf(module: Module, computation: Computation): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  // Users come after what they use.
  for (const instruction of [...computation.instructions.values()].reverse()) {
    const path =
      instruction.path ?? fusedPath(module, instruction) ?? firstOf(computation, instruction, paths);
    if (path !== undefined) paths.set(instruction.name, path);
  }
  return paths;
}

const firstOf = (
  computation: Computation,
  instruction: Instruction,
  paths: ReadonlyMap<string, string>,
): string | undefined =>
  usersOf(computation, instruction)
    .map(({ name }) => paths.get(name))
    .find((path) => path !== undefined);

/** The last path inside a fusion. */
function fusedPath(module: Module, { opcode, calls }: Instruction): string | undefined {
  if (opcode !== "fusion") return undefined;
  const fused = module.computations.get(calls[0]!)!;
  return (
    fused.root.path ?? [...fused.instructions.values()].reverse().find(({ path }) => path !== undefined)?.path
  );
}
