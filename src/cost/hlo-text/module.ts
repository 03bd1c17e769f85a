/** @file HLO text to what is counted: what `--xla_dump_to` writes and JAX's `compiled.as_text()` gives. */
import { unwrapAsync } from "../async.js";
import { HloError } from "../errors.js";
import { type Computation, type Instruction, makeComputation, type Module } from "../hlo.js";
import { elementsOf } from "./element.js";
import { readInstruction } from "./instruction.js";

/** A computation whose end is not reached. */
interface Open {
  readonly name: string;
  readonly isEntry: boolean;
  /** Instructions so far. */
  readonly known: Map<string, Instruction>;
  root: string | undefined;
}

/** Whether a text could be HLO: its first word that is no comment says so. */
export const isHloText = (text: string): boolean => /^\s*(?:\/\/[^\n]*\n\s*)*HloModule\b/.test(text);

/**
 * @param file for messages
 * @throws HloError with file and line for what is not HLO, and for a module without ENTRY
 */
export function moduleFromText(text: string, file = "<text>"): Module {
  if (!isHloText(text)) {
    throw new HloError({
      message: "not HLO text",
      expected: "HloModule name, ...",
      got: text.trim().slice(0, 40),
      where: file,
    });
  }
  const computations = new Map<string, Computation>();
  let entry: Computation | undefined;
  let open: Open | undefined;
  text.split("\n").forEach((line, i) => {
    if (open === undefined) {
      const [, isEntry, name] = /^(ENTRY )?%?([^\s(]+) (?:\(.*)?\{\s*$/.exec(line) ?? [];
      if (name !== undefined)
        open = { name, isEntry: isEntry !== undefined, known: new Map(), root: undefined };
    } else if (line.startsWith("}")) {
      const computation = makeComputation(open.name, [...open.known.values()], open.root);
      computations.set(open.name, computation);
      if (open.isEntry) entry = computation;
      open = undefined;
    } else if (line.trim() !== "" && !line.trim().startsWith("//")) {
      const where = `${file}:${i + 1}`;
      const instruction = readInstruction(line, where);
      for (const one of [...elementsOf(instruction, open.known, where), instruction])
        open.known.set(one.name, one);
      if (/^\s*ROOT /.test(line)) open.root = instruction.name;
    }
  });
  if (entry === undefined) throw new HloError({ message: "HLO text without ENTRY", where: file });
  const name = /HloModule ([^\s,]+)/.exec(text)![1]!;
  return unwrapAsync(checkNames({ name, entry, computations }, file));
}

/** @throws HloError for an operand or a computation that the text does not have, as when a file is cut */
function checkNames(module: Module, file: string): Module {
  for (const { instructions } of module.computations.values()) {
    for (const { name, operands, calls } of instructions.values()) {
      const missing =
        operands.find((operand) => !instructions.has(operand)) ??
        calls.find((call) => !module.computations.has(call));
      if (missing !== undefined)
        throw new HloError({ message: `${name} refers to ${missing}, which is not there`, where: file });
    }
  }
  return module;
}
