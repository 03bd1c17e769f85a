/**
 * @file Parser and printer against a folder of programs: parse, print, parse again; the second print must be
 * the first one, in both forms. Works on any checkout of the public suite.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { GriffinError } from "../../src/support/errors.js";
import { parseModule, printModule, splitInput } from "../../src/ir/text/index.js";
import { programFiles } from "./files.js";

export interface TextFailure {
  /** Path within the folder, with the number of the section from 0. */
  readonly program: string;
  readonly reason: string;
}

export interface TextConformance {
  /** Sections that came back in both forms. */
  readonly passed: number;
  readonly failed: number;
  /** Sections that are no programs: the suite says they must be refused, and they were. */
  readonly rejected: number;
  readonly failures: readonly TextFailure[];
  /** Bytes parsed and the ms the first parse of each took. */
  readonly bytes: number;
  readonly parseMs: number;
}

/** Whether the suite expects an error somewhere in a section. */
const expectsError = (text: string): boolean => /expected-error/.test(text);

/** Undefined when a program comes back as it was in both forms, else what went wrong. */
function roundTrip(module: ReturnType<typeof parseModule>): string | undefined {
  for (const form of ["pretty", "generic"] as const) {
    const once = printModule(module, { form });
    const twice = printModule(parseModule(once, { allowUnknownOps: true }), { form });
    if (once !== twice) return `the ${form} form prints differently after parsing`;
  }
  return undefined;
}

/** Parses and prints every `.mlir` section below `folder`. */
export function textConformance(folder: string): TextConformance {
  const failures: TextFailure[] = [];
  let [passed, rejected, bytes, parseMs] = [0, 0, 0, 0];
  for (const path of programFiles(folder)) {
    for (const [index, { text, firstLine }] of splitInput(readFileSync(path, "utf8")).entries()) {
      if (text.trim() === "") continue;
      const program = `${relative(folder, path)}#${index}`;
      try {
        const start = performance.now();
        const module = parseModule(text, { file: path, firstLine, allowUnknownOps: true });
        parseMs += performance.now() - start;
        bytes += text.length;
        const reason = roundTrip(module);
        if (reason === undefined) passed++;
        else failures.push({ program, reason });
      } catch (error) {
        if (!(error instanceof GriffinError)) throw error;
        if (expectsError(text)) rejected++;
        else failures.push({ program, reason: error.message });
      }
    }
  }
  return { passed, failed: failures.length, rejected, failures, bytes, parseMs };
}
