/** @file griffin export: a model as an artifact that runs without the compiler, here, in JAX or in IREE. */
import {
  type ExportEvent,
  exportModel,
  type ExportSource,
  type ExportSummary,
  openCompiler,
} from "../engine/index.js";
import type { FloatType } from "../weights/index.js";
import { keyFolder } from "../runtime-pjrt/index.js";
import { formatTable } from "../support/table.js";
import { deviceOptions } from "./device.js";
import { chooseModel, chooseDefinitions } from "./model-choice.js";
import type { SourceFlags } from "./model-options.js";
import type { LoweringFlags } from "./options.js";
import type { Colors } from "./colors.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import { packageVersion } from "../support/package.js";
import { formatBytes, type Progress } from "./progress.js";

interface Options extends SourceFlags, LoweringFlags {
  readonly output: string;
  readonly zip?: boolean;
  readonly batch: number;
  readonly chunk: number;
  readonly dtype?: FloatType;
  readonly target: string;
  readonly text?: boolean;
  readonly withWeights?: boolean;
  readonly stablehloVersion?: string;
  readonly compile?: string | true;
  readonly score?: boolean;
  readonly force?: boolean;
  readonly sign?: string;
  readonly json?: boolean;
}

export async function runExport(
  context: CommandContext,
  own: string | undefined,
  options: Options,
): Promise<ExitStatus> {
  const zip = options.zip === true || options.output.endsWith(".zip");
  const path = zip && !options.output.endsWith(".zip") ? `${options.output}.zip` : options.output;
  const source = await chooseSource(context, own, options);
  using progress = context.progress();
  await using opened =
    options.compile === undefined
      ? undefined
      : await openCompiler(options.target, options.compile === true ? undefined : options.compile, {
          ...deviceOptions(context, progress),
          extensions: context.extensions,
        });
  const summary = await exportModel(source, path, {
    ...options,
    zip,
    compiler: opened?.compiler,
    extensions: context.extensions,
    keyFolder: keyFolder(context.env),
    tools: { stablegriffin: packageVersion },
    onEvent: (event) => show(event, progress),
  });
  progress.done();
  for (const warning of summary.warnings) progress.note(warning);
  if (options.json === true) context.printJson(describe(path, summary));
  else for (const line of summaryLines(path, summary, context.colors)) context.print(line);
  return 0;
}

/** A folder is opened for its weights; anything else is a configuration alone. */
async function chooseSource(
  context: CommandContext,
  own: string | undefined,
  flags: Options,
): Promise<ExportSource> {
  const { model, preset } = flags;
  if (model !== undefined && preset === undefined)
    return { folder: model, models: await chooseDefinitions(context, own) };
  const configured = await chooseModel(context, own, { model, preset });
  return { name: preset ?? configured.name, model: configured };
}

function show(event: ExportEvent, progress: Progress): void {
  if (event.phase === "write") progress.update("write", `${event.path} ${formatBytes(event.bytes)}`);
  else progress.update(event.phase, event.program);
}

function describe(path: string, { programs, files }: ExportSummary): Record<string, unknown> {
  return {
    path,
    bytes: totalBytes(files),
    programs: programs.map(({ name, kind, batch, time, stablehlo, bytecode }) => ({
      ...{ name, kind, batch, time, stablehlo },
      bytes: bytecode.length,
    })),
    files,
  };
}

const totalBytes = (files: ExportSummary["files"]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0);

function summaryLines(path: string, { programs, files }: ExportSummary, { dim }: Colors): readonly string[] {
  const versions = [...new Set(programs.map(({ stablehlo }) => stablehlo))].join(", ");
  const rows = files.map((file) => [file.path, formatBytes(file.bytes)]);
  return [
    ...formatTable(["file", "size"], rows, [1]),
    "",
    `${path}: ${files.length} files, ${formatBytes(totalBytes(files))}, StableHLO ${versions}`,
    dim(`griffin generate --artifact ${path} --prompt TEXT      griffin inspect ${path}`),
  ];
}
