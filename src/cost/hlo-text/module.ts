/** @file HLO text to what is counted: what `--xla_dump_to` writes and JAX's `compiled.as_text()` gives. */
import { unwrapAsync } from "../async.js";
import { checkModule, checkNewName } from "../check-module.js";
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
 * @throws HloError with file and line for what is not HLO, for a module without ENTRY, and for what `checkModule` refuses
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
  const moduleName = /^\s*HloModule ([^\s,]+)/m.exec(text)?.[1];
  if (moduleName === undefined) {
    throw new HloError({
      message: "HLO module without a name",
      expected: "HloModule name, ...",
      got: /^\s*HloModule.*/m.exec(text)?.[0].trim().slice(0, 40),
      where: file,
      hint: "write a name after HloModule",
    });
  }
  const computations = new Map<string, Computation>();
  const places = new Map<Instruction, string>();
  let entry: Computation | undefined;
  let open: Open | undefined;
  text.split("\n").forEach((line, i) => {
    const where = `${file}:${i + 1}`;
    if (open === undefined) {
      const [, isEntry, name] = /^(ENTRY )?%?([^\s(]+) (?:\(.*)?\{\s*$/.exec(line) ?? [];
      if (name === undefined) return;
      checkNewName(computations, name, "computation", where);
      if (isEntry !== undefined && entry !== undefined) throw twice("ENTRY", entry.name, name, where);
      open = { name, isEntry: isEntry !== undefined, known: new Map(), root: undefined };
    } else if (line.startsWith("}")) {
      const computation = makeComputation(open.name, [...open.known.values()], open.root);
      computations.set(open.name, computation);
      if (open.isEntry) entry = computation;
      open = undefined;
    } else if (line.trim() !== "" && !line.trim().startsWith("//")) {
      const instruction = readInstruction(line, where);
      checkNewName(open.known, instruction.name, "instruction", where);
      for (const one of [...elementsOf(instruction, open.known, where), instruction]) {
        open.known.set(one.name, one);
        places.set(one, where);
      }
      if (!/^\s*ROOT /.test(line)) return;
      if (open.root !== undefined) throw twice("ROOT", open.root, instruction.name, where);
      open.root = instruction.name;
    }
  });
  if (entry === undefined) throw new HloError({ message: "HLO text without ENTRY", where: file });
  return unwrapAsync(checkModule({ name: moduleName, entry, computations }, file, places));
}

const twice = (what: "ENTRY" | "ROOT", first: string, second: string, where: string): HloError =>
  new HloError({
    message: `HLO text with two ${what}s`,
    expected: `one ${what}`,
    got: `${first} and ${second}`,
    where,
    hint: "only one of them would be counted: remove the other",
  });
