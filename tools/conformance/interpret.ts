/**
 * @file Runs self-checking programs (`check.expect_*`, section by section) through the reference
 * interpreter, chlo ops decomposed first. Run:
 *
 *     npx jiti tools/conformance/interpret.ts FOLDER
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { interpretModuleChecks, UnsupportedError } from "../../src/ir/interpret/index.js";
import { parseModule, splitInput } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { decomposeChlo } from "../../src/lowering/chlo/index.js";
import { GriffinError } from "../../src/support/errors.js";
import { programFiles } from "./files.js";

export interface InterpretFailure {
  /** Path within the folder, with the number of the section from 0. */
  readonly program: string;
  readonly reason: string;
}

export interface InterpretConformance {
  /** Sections all of whose checks hold. */
  readonly passed: number;
  readonly failed: number;
  /** Sections with an op that is not interpreted, counted by the reason. */
  readonly unsupported: Readonly<Record<string, number>>;
  /** Sections without a check: there is nothing to run. */
  readonly unchecked: number;
  readonly failures: readonly InterpretFailure[];
  /** The ms that the slowest section took, parsing included. */
  readonly slowest: { readonly program: string; readonly ms: number };
}

/** What a program's operations may add up to before it is given up: about ten seconds. */
const maxOperations = 5e6;

/** Undefined when all checks hold; throws what the program is refused for. */
function run(
  text: string,
  file: string,
  firstLine: number,
): { readonly count: number; readonly reason?: string } {
  const module = parseModule(text, { file, firstLine });
  verifyModule(module);
  decomposeChlo(module);
  const { passed, failed, failures } = interpretModuleChecks(module, { maxOperations });
  const [first] = failures;
  return { count: passed + failed, ...(first === undefined ? {} : { reason: first.message }) };
}

/** Interprets every `.mlir` section below `folder`. */
export function interpretConformance(folder: string): InterpretConformance {
  const failures: InterpretFailure[] = [];
  const unsupported: Record<string, number> = {};
  let [passed, unchecked] = [0, 0];
  let slowest = { program: "", ms: 0 };
  for (const path of programFiles(folder)) {
    for (const [index, { text, firstLine }] of splitInput(readFileSync(path, "utf8")).entries()) {
      if (text.trim() === "") continue;
      const program = `${relative(folder, path)}#${index}`;
      const start = performance.now();
      try {
        const { count, reason } = run(text, path, firstLine);
        if (reason !== undefined) failures.push({ program, reason });
        else if (count === 0) unchecked++;
        else passed++;
      } catch (error) {
        if (!(error instanceof GriffinError)) throw error;
        if (error instanceof UnsupportedError)
          unsupported[error.reason] = (unsupported[error.reason] ?? 0) + 1;
        else failures.push({ program, reason: error.message });
      }
      const ms = performance.now() - start;
      if (ms > slowest.ms) slowest = { program, ms };
    }
  }
  return { passed, failed: failures.length, unsupported, unchecked, failures, slowest };
}

function main([folder = "."]: readonly string[]): void {
  const { passed, failed, failures, ...rest } = interpretConformance(folder);
  for (const { program, reason } of failures) console.log(`${program}: ${reason}`);
  console.log(JSON.stringify(rest, null, 2));
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  main(process.argv.slice(2));
