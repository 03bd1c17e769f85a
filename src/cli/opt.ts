/** @file griffin opt: any pipeline of passes on StableHLO, text and portable artifacts in and out. */
import { passesWith } from "../targets/registry.js";
import { parsePipeline, type Pipeline, refineShapesPass } from "../passes/index.js";
import { UsageError } from "../support/errors.js";
import { checkExpectations } from "./opt/diagnostics.js";
import { makeFolder, outputName, readSections, writeInto, writePrograms } from "./opt/files.js";
import { describePasses, formatPasses } from "./opt/list.js";
import { formatTimes } from "./opt/times.js";
import { type Outcome, transform, type TransformOptions } from "./opt/transform.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import { reportError } from "./report-error.js";

interface Options extends TransformOptions {
  readonly passPipeline: string;
  readonly refineShapes?: string;
  readonly output?: string;
  readonly outDir?: string;
  readonly splitInputFile?: boolean;
  readonly verifyDiagnostics?: boolean;
  readonly timePasses?: boolean;
  readonly listPasses?: boolean;
  readonly json?: boolean;
}

export async function runOpt(
  context: CommandContext,
  files: readonly string[],
  options: Options,
): Promise<ExitStatus> {
  if (options.listPasses === true) return listPasses(context, options.json === true);
  checkUsage(files, options);
  const outcomes = await transformFiles(context, files, options);
  if (options.timePasses === true) printTimes(context, outcomes);
  if (options.verifyDiagnostics === true) return verifyDiagnostics(context, outcomes, options.json === true);
  const json = options.json === true;
  if (!json) reportFailures(context, outcomes);
  if (options.outDir === undefined && (!json || options.output !== undefined))
    await writePrograms(context, options.output, outcomes);
  if (json) context.printJson({ programs: outcomes.map(describeOutcome) });
  return outcomes.some((outcome) => outcome.error !== undefined) ? 1 : 0;
}

/** One file after the other, so that thousands of them fit in memory; --out-dir is filled on the way. */
async function transformFiles(
  context: CommandContext,
  files: readonly string[],
  options: Options,
): Promise<readonly Outcome[]> {
  const { outDir, emit } = options;
  const pipeline = pipelineOf(context, options);
  if (outDir !== undefined) await makeFolder(outDir);
  const outcomes: Outcome[] = [];
  for (const file of files) {
    context.signal.throwIfAborted();
    const sections = await readSections(context, file, options.splitInputFile === true);
    const ofFile = sections.map((section) => transform(context, section, pipeline, options));
    if (outDir !== undefined) await writeInto(context, outDir, file, ofFile, emit === "portable");
    outcomes.push(...ofFile.map((outcome) => (outDir === undefined ? outcome : withoutOutput(outcome))));
  }
  return outcomes;
}

/** The passes asked for; shapes are refined before. */
function pipelineOf({ extensions }: CommandContext, { passPipeline, refineShapes }: Options): Pipeline {
  const pipeline = parsePipeline(passPipeline, passesWith(extensions));
  return refineShapes === undefined
    ? pipeline
    : [refineShapesPass.with({ inputs: refineShapes }), ...pipeline];
}

const withoutOutput = ({ output: _written, ...rest }: Outcome): Outcome => rest;

function listPasses(context: CommandContext, json: boolean): ExitStatus {
  const { passes } = passesWith(context.extensions);
  if (json) context.printJson(describePasses(passes));
  else context.write(formatPasses(passes));
  return 0;
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
function reportFailures(context: CommandContext, outcomes: readonly Outcome[]): void {
  for (const { section, error } of outcomes) {
    if (error === undefined) continue;
    if (typeof error.details.where !== "object") context.printError(`${section.file}:`);
    reportError(context, error, { json: false, verbose: false });
  }
}

function verifyDiagnostics(context: CommandContext, outcomes: readonly Outcome[], json: boolean): ExitStatus {
  const problems = outcomes.flatMap(({ section, error }) => checkExpectations(section, error));
  const status = problems.length > 0 ? 1 : 0;
  if (json) {
    context.printJson({ programs: outcomes.length, problems });
    return status;
  }
  for (const problem of problems) context.printError(problem);
  context.print(`${outcomes.length} programs, ${problems.length} problems`);
  return status;
}

function printTimes(context: CommandContext, outcomes: readonly Outcome[]): void {
  for (const { section, passes } of outcomes)
    context.printError(`// ${section.file}:${section.firstLine}\n${formatTimes(passes)}`);
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
