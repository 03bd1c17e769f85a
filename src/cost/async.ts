/** @file Operations that run beside others, brought to one form: an async-start of one operation becomes that operation. */
import type { Computation, Instruction, Module } from "./hlo.js";

/**
 * Text writes `slice-start` where protobuf has an async-start that calls a computation of one slice. Both become a slice with the
 * operands of the start; several operations in one async-start stay a call.
 */
export function unwrapAsync(module: Module): Module {
  const computations = new Map(
    [...module.computations].map(([name, computation]) => [name, unwrapAll(module, computation)] as const),
  );
  return { ...module, computations, entry: computations.get(module.entry.name)! };
}

function unwrapAll(module: Module, computation: Computation): Computation {
  const instructions = new Map(
    [...computation.instructions].map(([name, instruction]) => [name, unwrap(module, instruction)] as const),
  );
  return { ...computation, instructions, root: instructions.get(computation.root.name)! };
}

function unwrap({ computations }: Module, start: Instruction): Instruction {
  if (start.opcode !== "async-start") return start;
  const called = computations.get(start.calls[0]!)!;
  const operations = [...called.instructions.values()].filter(({ opcode }) => opcode !== "parameter");
  const isOne = operations.length === 1 && operations[0] === called.root;
  // The parts of a tuple are others than those of the start, which its users were checked with.
  if (!isOne || called.root.opcode === "tuple") return { ...start, opcode: "call" };
  return {
    ...called.root,
    name: start.name,
    operands: called.root.operands.map((name) => start.operands[called.instructions.get(name)!.index!]!),
    path: start.path ?? called.root.path,
    asynchronous: true,
  };
}
