/** @file griffin run --self-check: programs that carry check.expect_*, file by file, section by section. */
import pc from "picocolors";
import { selfCheck } from "../engine/index.js";
import { type CheckReport, interpretModuleChecks } from "../ir/interpret/index.js";
import type { Operation } from "../ir/operation.js";
import { parseModule } from "../ir/text/index.js";
import { verifyModule } from "../ir/verify.js";
import { decomposeChlo } from "../lowering/chlo/index.js";
import { GriffinError } from "../support/errors.js";
import { openDevice } from "./device.js";
import { type Section, sectionsOf } from "./opt/sections.js";
import { printJson, printLine } from "./output.js";
import { Progress } from "./progress.js";
import { readText } from "./program-file.js";

/** Which plugin, and how to tell. */
export interface SelfCheckOptions {
  readonly plugin: string;
  readonly interpret?: boolean;
  /** Give the plugin our bytecode instead of text. */
  readonly portable?: boolean;
  readonly json?: boolean;
}

/** What became of one program. */
interface Outcome {
  readonly file: string;
  readonly line: number;
  readonly passed: boolean;
  readonly report?: CheckReport;
  readonly error?: GriffinError;
}

/** Runs the checks of a program; its module is used up. */
type Runner = (module: Operation) => Promise<CheckReport>;

/** Prints what failed, then `N passed, N failed`, counted in programs. */
export async function runSelfChecks(files: readonly string[], options: SelfCheckOptions): Promise<void> {
  using progress = new Progress({ leavesLines: false });
  if (options.interpret === true)
    return runAll(files, options, progress, async (module) => {
      decomposeChlo(module);
      return interpretModuleChecks(module);
    });
  await using device = await openDevice(options.plugin, progress);
  await runAll(files, options, progress, (module) =>
    selfCheck(device.client, module, options.portable === true ? "portable" : "text"),
  );
}

async function runAll(
  files: readonly string[],
  { json }: SelfCheckOptions,
  progress: Progress,
  run: Runner,
): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const [i, file] of files.entries()) {
    progress.update("check", `${i + 1} of ${files.length}: ${file}`);
    for (const section of sectionsOf(file, await readText(file), true)) {
      if (isBlank(section)) continue;
      const outcome = await check(section, run);
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

async function check({ file, firstLine: line, text }: Section, run: Runner): Promise<Outcome> {
  try {
    const module = parseModule(text, { file, firstLine: line });
    verifyModule(module);
    const report = await run(module);
    return { file, line, passed: report.failed === 0, report };
  } catch (error) {
    if (error instanceof GriffinError) return { file, line, passed: false, error };
    throw error;
  }
}

function printFailure({ file, line, report, error }: Outcome): void {
  printLine(`${pc.red("failed")} ${file}:${line}`);
  if (error !== undefined) printLine(`  ${error.message.replaceAll("\n", "\n  ")}`);
  for (const { message } of report?.failures ?? []) printLine(`  ${message}`);
}
