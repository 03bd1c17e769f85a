/** @file griffin run --self-check: programs that carry check.expect_*, file by file, section by section. */
import { selfCheck } from "../engine/index.js";
import type { CheckReport } from "../ir/interpret/index.js";
import type { Operation } from "../ir/operation.js";
import { readModule } from "../ir/read-module.js";
import { GriffinError } from "../support/errors.js";
import { AbortedError } from "../support/wait.js";
import { type IsolationFlags, openForOthers } from "./device.js";
import { type Section, sectionsOf } from "./opt/sections.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import type { Progress } from "./progress.js";
import { readText } from "./program-file.js";

/** Which plugin, and how to tell. */
export interface SelfCheckOptions extends IsolationFlags {
  readonly plugin: string;
  readonly interpret?: boolean;
  /** Give the plugin our bytecode instead of text. */
  readonly portable?: boolean;
  readonly allowCustomCall?: readonly string[];
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
export async function runSelfChecks(
  context: CommandContext,
  files: readonly string[],
  options: SelfCheckOptions,
): Promise<ExitStatus> {
  using progress = context.progress({ leavesLines: false });
  if (options.interpret === true)
    return await runAll(context, files, options, progress, (module) => selfCheck("interpreter", module));
  await using opened = await openForOthers(context, options.plugin, options, progress);
  return await runAll(context, files, options, progress, (module) =>
    selfCheck(opened.device, module, {
      form: options.portable === true ? "portable" : "text",
      allowCustomCalls: options.allowCustomCall,
      signal: context.signal,
    }),
  );
}

async function runAll(
  context: CommandContext,
  files: readonly string[],
  { json }: SelfCheckOptions,
  progress: Progress,
  run: Runner,
): Promise<ExitStatus> {
  const outcomes: Outcome[] = [];
  for (const [i, file] of files.entries()) {
    progress.update("check", `${i + 1} of ${files.length}: ${file}`);
    for (const section of sectionsOf(file, await readText(context, file), true)) {
      if (isBlank(section)) continue;
      context.signal.throwIfAborted();
      const outcome = await check(context, section, run);
      outcomes.push(outcome);
      if (json !== true && !outcome.passed) printFailure(context, outcome);
    }
  }
  progress.done();
  const failed = outcomes.filter(({ passed }) => !passed).length;
  const passed = outcomes.length - failed;
  if (json === true) context.printJson({ programs: outcomes, passed, failed });
  else context.print(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

/** Whether nothing is left of a section without its comments. */
const isBlank = ({ text }: Section): boolean => /^(?:\s|\/\/[^\n]*)*$/.test(text);

async function check(
  { dialects }: CommandContext,
  { file, firstLine: line, text }: Section,
  run: Runner,
): Promise<Outcome> {
  try {
    const module = readModule(text, { file, firstLine: line, dialects });
    const report = await run(module);
    return { file, line, passed: report.failed === 0, report };
  } catch (error) {
    // What was stopped has not failed.
    if (!(error instanceof GriffinError) || error instanceof AbortedError) throw error;
    return { file, line, passed: false, error };
  }
}

function printFailure(context: CommandContext, { file, line, report, error }: Outcome): void {
  context.print(`${context.colors.red("failed")} ${file}:${line}`);
  if (error !== undefined) context.print(`  ${error.message.replaceAll("\n", "\n  ")}`);
  for (const { message } of report?.failures ?? []) context.print(`  ${message}`);
}
