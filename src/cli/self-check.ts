/** @file griffin run --self-check: programs that carry check.expect_*, file by file, section by section. */
import pc from "picocolors";
import { type CheckResult, selfCheck } from "../engine/index.js";
import { parseModule } from "../ir/text/index.js";
import { verifyModule } from "../ir/verify.js";
import { GriffinError } from "../support/errors.js";
import { openDevice } from "./device.js";
import { type Section, sectionsOf } from "./opt/sections.js";
import { printJson, printLine } from "./output.js";
import { Progress } from "./progress.js";
import { readProgram } from "./program-file.js";

/** Which plugin, and how to tell. */
export interface SelfCheckOptions {
  readonly plugin: string;
  readonly interpret?: boolean;
  readonly json?: boolean;
}

/** What became of one program. */
interface Outcome {
  readonly file: string;
  readonly line: number;
  readonly passed: boolean;
  readonly checks: readonly CheckResult[];
  readonly error?: GriffinError;
}

/** Prints what failed, then `N passed, N failed`, counted in programs. */
export async function runSelfChecks(
  files: readonly string[],
  { plugin, json }: SelfCheckOptions,
): Promise<void> {
  using progress = new Progress({ leavesLines: false });
  await using device = await openDevice(plugin, progress);
  const outcomes: Outcome[] = [];
  for (const [i, file] of files.entries()) {
    progress.update("check", `${i + 1} of ${files.length}: ${file}`);
    for (const section of sectionsOf(file, await readProgram(file), true)) {
      if (isBlank(section)) continue;
      const outcome = await check(section, (module) => selfCheck(device.client, module));
      outcomes.push(outcome);
      if (json !== true && !outcome.passed) printFailure(outcome);
    }
  }
  progress.done();
  const failed = outcomes.filter(({ passed }) => !passed).length;
  if (failed > 0) process.exitCode = 1;
  const passed = outcomes.length - failed;
  if (json === true) printJson({ programs: outcomes, passed, failed });
  else printLine(`${passed} passed, ${failed} failed`);
}

/** Whether nothing is left of a section without its comments. */
const isBlank = ({ text }: Section): boolean => /^(?:\s|\/\/[^\n]*)*$/.test(text);

async function check(
  { file, firstLine: line, text }: Section,
  run: (module: ReturnType<typeof parseModule>) => Promise<readonly CheckResult[]>,
): Promise<Outcome> {
  try {
    const module = parseModule(text, { file, firstLine: line });
    verifyModule(module);
    const checks = await run(module);
    return { file, line, passed: checks.every(({ passed }) => passed), checks };
  } catch (error) {
    if (error instanceof GriffinError) return { file, line, passed: false, checks: [], error };
    throw error;
  }
}

function printFailure({ file, line, checks, error }: Outcome): void {
  printLine(`${pc.red("failed")} ${file}:${line}`);
  if (error !== undefined) printLine(`  ${error.message.replaceAll("\n", "\n  ")}`);
  for (const { expectation, type, difference } of checks) {
    if (difference === undefined) continue;
    printLine(
      `  ${expectation} ${type}: [${difference.index}] ${difference.actual} for ${difference.expected}`,
    );
  }
}
