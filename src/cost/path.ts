/** @file Where an instruction comes from, by the names that front ends give. */
import type { Computation, Instruction, Module } from "./hlo.js";
import { usersOf } from "./users.js";

/**
 * Paths of a computation's instructions: their own; of what calls a computation, the last inside; else that of the next user,
 * since what fetches belongs to what uses it.
 */
export function pathsOf(module: Module, computation: Computation): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  // Users come after what they use.
  for (const instruction of [...computation.instructions.values()].reverse()) {
    const calls = CALLERS.includes(instruction.opcode);
    const path = calls
      ? innerPath(module, instruction)
      : (instruction.path ?? firstOf(computation, instruction, paths));
    if (path !== undefined) paths.set(instruction.name, oneLayer(path));
  }
  return paths;
}

/** `layers.2/layers/mlp_block`, which is what compilers make of a layer that several calls share, is `layers.2/mlp_block`. */
export function oneLayer(path: string): string {
  const segments = path.split("/");
  const repeats = (segment: string, before = ""): boolean =>
    /[._]\d+$/.test(before) && before.replace(/[._]\d+$/, "") === segment;
  return segments.filter((segment, i) => !repeats(segment, segments[i - 1])).join("/");
}

/** What is a whole of its own: its user's path would say nothing of what is in it. */
const CALLERS = ["fusion", "while", "call", "conditional"];

const firstOf = (
  computation: Computation,
  instruction: Instruction,
  paths: ReadonlyMap<string, string>,
): string | undefined =>
  usersOf(computation, instruction)
    .map(({ name }) => paths.get(name))
    .find((path) => path !== undefined);

function firstPath(module: Module, instructions: Iterable<Instruction>): string | undefined {
  for (const instruction of instructions) {
    const path = innerPath(module, instruction);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** Of each computation that is called: many calls of one ask again. */
const found = new WeakMap<Computation, string | undefined>();

/** Its own, else the root's, else the last that stands in the computation it calls. */
function innerPath(module: Module, { opcode, path, calls }: Instruction): string | undefined {
  if (path !== undefined || !CALLERS.includes(opcode)) return path;
  // Of a loop, the body.
  const called = module.computations.get(calls.at(-1)!)!;
  if (!found.has(called)) {
    const inside = new Set([called.root, ...[...called.instructions.values()].reverse()]);
    found.set(called, firstPath(module, inside));
  }
  return found.get(called);
}
