/** @file griffin opt: any pipeline of passes on StableHLO, text and portable artifacts in and out. */
import { Command } from "commander";
import { allPasses } from "../lowering/registry.js";
import { parsePipeline } from "../passes/index.js";
import { UsageError } from "../support/errors.js";
import { checkExpectations } from "./opt/diagnostics.js";
import { makeFolder, outputName, readSections, writeInto, writePrograms } from "./opt/files.js";
import { describePasses, formatPasses } from "./opt/list.js";
import { separator } from "./opt/sections.js";
import { formatTimes } from "./opt/times.js";
import { emitForms, type Outcome, transform, type TransformOptions } from "./opt/transform.js";
import { oneOf } from "./options.js";
import { printJson, printLine } from "./output.js";
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
  griffin opt model.mlir --emit portable --target-version 1.10.0 -o model.mlir.bc
  griffin lower --preset tiny | griffin opt - --emit generic
  griffin opt tests/*.mlir --split-input-file --verify-diagnostics
  griffin opt --list-passes`;

export function optCommand(): Command {
  return new Command("opt")
    .description("run passes on StableHLO: read, verify, change, print")
    .argument("[files...]", "StableHLO text or portable artifacts; - for stdin")
    .option(
      "--pass-pipeline <passes>",
      "passes in order, options in braces: cse,lower-linear-scan{block=64}",
      "",
    )
    .option("--emit <form>", `how to print: ${emitForms.join(", ")}`, oneOf("--emit", emitForms), "pretty")
    .option("--target-version <x.y.z>", "StableHLO version of an artifact (default: the oldest that will do)")
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
  if (options.listPasses === true) return listPasses(options.json === true);
  checkUsage(files, options);
  const outcomes = await transformFiles(files, options);
  if (options.timePasses === true) printTimes(outcomes);
  if (options.verifyDiagnostics === true) return verifyDiagnostics(outcomes, options.json === true);
  if (outcomes.some((outcome) => outcome.error !== undefined)) process.exitCode = 1;
  const json = options.json === true;
  if (!json) reportFailures(outcomes);
  if (options.outDir === undefined && (!json || options.output !== undefined))
    await writePrograms(options.output, outcomes);
  if (json) printJson({ programs: outcomes.map(describeOutcome) });
}

/** One file after the other, so that thousands of them fit in memory; --out-dir is filled on the way. */
async function transformFiles(files: readonly string[], options: Options): Promise<readonly Outcome[]> {
  const { outDir, emit } = options;
  const pipeline = parsePipeline(options.passPipeline, allPasses);
  if (outDir !== undefined) await makeFolder(outDir);
  const outcomes: Outcome[] = [];
  for (const file of files) {
    const sections = await readSections(file, options.splitInputFile === true);
    const ofFile = sections.map((section) => transform(section, pipeline, options));
    if (outDir !== undefined) await writeInto(outDir, file, ofFile, emit === "portable");
    outcomes.push(...ofFile.map((outcome) => (outDir === undefined ? outcome : withoutOutput(outcome))));
  }
  return outcomes;
}

const withoutOutput = ({ output: _written, ...rest }: Outcome): Outcome => rest;

function listPasses(json: boolean): void {
  if (json) printJson(describePasses(allPasses.passes));
  else process.stdout.write(formatPasses(allPasses.passes));
}

function checkUsage(files: readonly string[], options: Options): void {
  if (files.length === 0)
    throw new UsageError({
      message: "no file given",
      hint: "griffin opt - reads stdin, griffin opt --help shows examples",
    });
  if (options.output !== undefined && options.outDir !== undefined)
    throw new UsageError({ message: "-o and --out-dir are both given", expected: "one of them" });
  if (options.targetVersion !== undefined && options.emit !== "portable")
    throw new UsageError({
      message: "--target-version is for portable artifacts",
      expected: "--emit portable",
    });
  const names = files.map((file) => outputName(file, false));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (options.outDir !== undefined && twice !== undefined)
    throw new UsageError({
      message: `two files are called ${twice}`,
      hint: "with --out-dir they would overwrite each other",
    });
}

/** Errors that point at no line of the file are headed by its name. */
function reportFailures(outcomes: readonly Outcome[]): void {
  for (const { section, error } of outcomes) {
    if (error === undefined) continue;
    if (typeof error.details.where !== "object") console.error(`${section.file}:`);
    reportError(error, { json: false, verbose: false });
  }
}

function verifyDiagnostics(outcomes: readonly Outcome[], json: boolean): void {
  const problems = outcomes.flatMap(({ section, error }) => checkExpectations(section, error));
  if (problems.length > 0) process.exitCode = 1;
  if (json) {
    printJson({ programs: outcomes.length, problems });
    return;
  }
  for (const problem of problems) console.error(problem);
  printLine(`${outcomes.length} programs, ${problems.length} problems`);
}

function printTimes(outcomes: readonly Outcome[]): void {
  for (const { section, passes } of outcomes)
    console.error(`// ${section.file}:${section.firstLine}\n${formatTimes(passes)}`);
}

/** An artifact is base64 in JSON. */
const describeOutput = (output: string | Uint8Array): Record<string, string> =>
  typeof output === "string" ? { text: output } : { artifact: Buffer.from(output).toString("base64") };

function describeOutcome({ section, output, error, passes }: Outcome): Record<string, unknown> {
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
    ...(output === undefined ? {} : describeOutput(output)),
  };
}
