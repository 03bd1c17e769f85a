/** @file griffin opt: any pipeline of passes on StableHLO text. */
import { mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { Command } from "commander";
import { loweringPasses } from "../lowering/passes.js";
import { allPasses, parsePipeline, registerPasses } from "../passes/index.js";
import { EnvironmentError, UsageError } from "../support/errors.js";
import { checkExpectations } from "./opt/diagnostics.js";
import { describePasses, formatPasses } from "./opt/list.js";
import { type Section, sectionsOf, separator } from "./opt/sections.js";
import { formatTimes } from "./opt/times.js";
import { emitForms, type Outcome, transform, type TransformOptions } from "./opt/transform.js";
import { oneOf } from "./options.js";
import { printJson, printLine, writeOutput } from "./output.js";
import { reportError } from "./report-error.js";

interface Options extends TransformOptions {
  readonly passPipeline: string;
  readonly output?: string;
  readonly outDir?: string;
  readonly splitInputFile?: boolean;
  readonly verifyDiagnostics?: boolean;
  readonly timePasses?: boolean;
  readonly listPasses?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Without a pipeline the programs are only read, verified and printed. "-" reads stdin.
Exit codes: 0 good, 1 a program is wrong, 2 wrong usage, 3 a file cannot be read or written.

Examples:
  griffin opt model.mlir --pass-pipeline='canonicalize,cse,dce' -o small.mlir
  griffin opt model.mlir --pass-pipeline='fuse-rglru-gates,lower-linear-scan{strategy=blocked block=128}' --print-ir-after-change
  griffin lower --preset tiny | griffin opt - --emit generic
  griffin opt tests/*.mlir --split-input-file --verify-diagnostics
  griffin opt --list-passes`;

export function optCommand(): Command {
  return new Command("opt")
    .description("run passes on StableHLO text: read, verify, change, print")
    .argument("[files...]", "MLIR text; - for stdin")
    .option(
      "--pass-pipeline <passes>",
      "passes in order, options in braces: cse,lower-linear-scan{block=64}",
      "",
    )
    .option("--emit <form>", `how to print: ${emitForms.join(", ")}`, oneOf("--emit", emitForms), "pretty")
    .option("--locations", "print where each operation comes from")
    .option("-o, --output <file>", "write there instead of stdout")
    .option("--out-dir <dir>", "write each file under its own name into this folder")
    .option("--split-input-file", `files hold several programs between ${separator} lines`)
    .option(
      "--verify-diagnostics",
      "programs must give the errors that // expected-error {{...}} comments ask for",
    )
    .option("--print-ir-after-all", "print the program after every pass, to stderr")
    .option("--print-ir-after-change", "print what every pass changed, to stderr")
    .option("--time-passes", "print how long each pass took and what it did, to stderr")
    .option("--list-passes", "print all passes with their options")
    .addHelpText("after", EXAMPLES)
    .action(run);
}

async function run(files: readonly string[], options: Options): Promise<void> {
  registerPasses(loweringPasses);
  if (options.listPasses === true) return listPasses(options.json === true);
  checkUsage(files, options);
  const pipeline = parsePipeline(options.passPipeline);
  const read = await Promise.all(files.map((file) => readSections(file, options.splitInputFile === true)));
  const outcomes = read.map((sections) => sections.map((section) => transform(section, pipeline, options)));
  if (options.timePasses === true) printTimes(outcomes.flat());
  if (options.verifyDiagnostics === true) return verifyDiagnostics(outcomes.flat(), options.json === true);
  if (options.json !== true) reportFailures(outcomes.flat());
  if (options.json !== true || options.output !== undefined || options.outDir !== undefined)
    await writeTexts(files, outcomes, options);
  if (outcomes.flat().some((outcome) => outcome.error !== undefined)) process.exitCode = 1;
  if (options.json === true) printJson({ programs: outcomes.flat().map(describeOutcome) });
}

function listPasses(json: boolean): void {
  if (json) printJson(describePasses(allPasses()));
  else process.stdout.write(formatPasses(allPasses()));
}

function checkUsage(files: readonly string[], options: Options): void {
  if (files.length === 0)
    throw new UsageError({
      message: "no file given",
      hint: "griffin opt - reads stdin, griffin opt --help shows examples",
    });
  if (options.output !== undefined && options.outDir !== undefined)
    throw new UsageError({ message: "-o and --out-dir are both given", expected: "one of them" });
  const names = files.map((file) => basename(file));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (options.outDir !== undefined && twice !== undefined)
    throw new UsageError({
      message: `two files are called ${twice}`,
      hint: "with --out-dir they would overwrite each other",
    });
}

async function readSections(file: string, split: boolean): Promise<readonly Section[]> {
  if (file === "-") return sectionsOf("<stdin>", await readAll(process.stdin), split);
  try {
    return sectionsOf(file, await readFile(file, "utf8"), split);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentError({ message: `cannot read ${file}`, details: [reason], cause });
  }
}

function reportFailures(outcomes: readonly Outcome[]): void {
  for (const { error } of outcomes)
    if (error !== undefined) reportError(error, { json: false, verbose: false });
}

/** Programs that failed are left out; a file of which none is left is not written. */
async function writeTexts(
  files: readonly string[],
  outcomes: readonly (readonly Outcome[])[],
  { output, outDir }: Options,
): Promise<void> {
  const texts = outcomes.map((ofFile) => ofFile.flatMap(({ text }) => text ?? []));
  if (outDir === undefined) {
    if (texts.flat().length > 0) await writeOutput(output, texts.flat().join(`${separator}\n`));
    return;
  }
  await mkdir(outDir, { recursive: true });
  for (const [i, file] of files.entries()) {
    const name = file === "-" ? "stdin.mlir" : basename(file);
    if (texts[i]!.length > 0) await writeOutput(join(outDir, name), texts[i]!.join(`${separator}\n`));
  }
}

function verifyDiagnostics(outcomes: readonly Outcome[], json: boolean): void {
  const problems = outcomes.flatMap(({ section, error }) => checkExpectations(section, error));
  if (problems.length > 0) process.exitCode = 1;
  if (json) return printJson({ programs: outcomes.length, problems });
  for (const problem of problems) console.error(problem);
  printLine(`${outcomes.length} programs, ${problems.length} problems`);
}

function printTimes(outcomes: readonly Outcome[]): void {
  for (const { section, passes } of outcomes)
    console.error(`// ${section.file}:${section.firstLine}\n${formatTimes(passes)}`);
}

function describeOutcome({ section, text, error, passes }: Outcome): Record<string, unknown> {
  return {
    file: section.file,
    line: section.firstLine,
    ok: error === undefined,
    ...(error === undefined ? {} : { error: error.toJSON() }),
    passes: passes.map(({ name, milliseconds, changed, counts }) => ({
      name,
      milliseconds,
      changed,
      counts: Object.fromEntries(counts),
    })),
    ...(text === undefined ? {} : { text }),
  };
}
