/**
 * @file Throws damaged programs at the parser: whatever it is given, it must parse it or say why not, and
 * what parses must print to text that parses to the same again. `tsc` it and run `node fuzz-text.js FOLDER
 * [COUNT] [SEED]`.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { ParseError } from "../../src/ir/errors.js";
import { parseModule, printModule, splitInput } from "../../src/ir/text/index.js";
import { damage } from "./damage-text.js";
import { programFiles } from "./files.js";

export interface FuzzReport {
  readonly runs: number;
  /** Damaged programs that still parsed. */
  readonly parsed: number;
  readonly failures: readonly { readonly seed: number; readonly reason: string }[];
  /** The longest time for one program, in ms, and its seed. */
  readonly slowest: { readonly seed: number; readonly ms: number };
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** What is wrong with how a text is treated, or undefined; `parsed` says whether it was a program. */
function check(text: string): { readonly parsed: boolean; readonly reason?: string } {
  let parsed = false;
  try {
    const module = parseModule(text, { allowUnknownOps: true });
    parsed = true;
    for (const form of ["pretty", "generic"] as const) {
      const once = printModule(module, { form });
      const twice = printModule(parseModule(once, { allowUnknownOps: true }), { form });
      if (once !== twice) return { parsed, reason: `the ${form} form does not print back as it was` };
    }
    printModule(module, { locations: true });
    return { parsed };
  } catch (error) {
    if (!parsed && error instanceof ParseError) return { parsed };
    return { parsed, reason: reasonOf(error) };
  }
}

/** Parses `count` damaged programs, the n-th made from seed + n. */
export function fuzzText(programs: readonly string[], count: number, seed = 1): FuzzReport {
  const failures: { seed: number; reason: string }[] = [];
  let parsed = 0;
  let slowest = { seed, ms: 0 };
  for (let run = seed; run < seed + count; run++) {
    const text = damage(programs, run);
    const start = performance.now();
    const result = check(text);
    const ms = performance.now() - start;
    if (ms > slowest.ms) slowest = { seed: run, ms };
    if (result.parsed) parsed++;
    if (result.reason !== undefined) failures.push({ seed: run, reason: result.reason });
  }
  return { runs: count, parsed, failures, slowest };
}

/** The sections of a folder's programs that are short enough to damage many times. */
export const fuzzPrograms = (folder: string, longest = 8000): string[] =>
  programFiles(folder)
    .flatMap((path) => splitInput(readFileSync(path, "utf8")).map((section) => section.text))
    .filter((text) => text.length <= longest && text.trim() !== "");

function main([folder = ".", count = "1000", seed = "1"]: readonly string[]): void {
  const report = fuzzText(fuzzPrograms(folder), Number(count), Number(seed));
  console.log(JSON.stringify({ ...report, failures: report.failures.slice(0, 20) }, null, 2));
  if (report.failures.length > 0) process.exitCode = 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  main(process.argv.slice(2));
