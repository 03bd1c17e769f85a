/** @file griffin export: a model as an artifact that runs without the compiler, here, in JAX or in IREE; or a program alone. */
import { parse } from "node:path";
import {
  type ExportEvent,
  exportModel,
  type ExportSource,
  type ExportSummary,
  openCompiler,
  programOf,
} from "../engine/index.js";
import type { ComputeDType } from "../weights/index.js";
import { keyFolder } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { packageVersion } from "../support/package.js";
import type { CommandContext } from "./context.js";
import { deviceOptions } from "./device.js";
import { fileLines, placeOf, totalBytes } from "./export/place.js";
import { type ProgramFlags, runProgramExport } from "./export/program.js";
import type { ExitStatus } from "./io.js";
import { chooseOwn, configureChosen } from "./model-choice.js";
import type { SourceFlags } from "./model-options.js";
import type { Export } from "./modules/kinds.js";
import { moduleReference } from "./modules/reference.js";
import { readModuleFile } from "./program-file.js";
import { sourceName } from "./read-input.js";
import { formatBytes, type Progress } from "./progress.js";
import { pickOptions } from "../support/options.js";
import { EXPORT_OPTIONS } from "../engine/export.js";

interface Options extends ProgramFlags, SourceFlags {
  readonly batch?: number;
  readonly chunk?: number;
  readonly dtype?: ComputeDType;
  readonly capacity?: number;
  readonly withWeights?: boolean;
  readonly compile?: string | true;
  readonly score?: boolean;
  readonly samplers?: boolean;
  readonly tokensPerCall?: number;
}

export async function runExport(
  context: CommandContext,
  own: string | undefined,
  options: Options,
): Promise<ExitStatus> {
  const chosen = await chooseExported(context, own);
  if (chosen?.kind === "program") return runProgramExport(context, chosen.value, options);
  if (options.weights !== undefined) {
    throw new UsageError({
      message: "--weights goes with a program",
      hint: "the weights of a model lie in the folder that --model names",
    });
  }
  const { zip, path } = placeOf(options);
  const source = await modelSource(context, chosen, options);
  using progress = context.progress();
  await using opened =
    options.compile === undefined
      ? undefined
      : await openCompiler(options.target, options.compile === true ? undefined : options.compile, {
          ...deviceOptions(context, progress),
          extensions: context.extensions,
        });
  const summary = await exportModel(source, path, {
    ...pickOptions(options, EXPORT_OPTIONS),
    zip,
    compiler: opened?.compiler,
    extensions: context.extensions,
    signal: context.signal,
    keyFolder: keyFolder(context.env),
    tools: { stablegriffin: packageVersion },
    onEvent: (event) => show(event, progress),
  });
  progress.done();
  for (const warning of summary.warnings) progress.note(warning);
  if (options.json === true) context.printJson(describe(path, summary));
  else {
    const versions = [...new Set(summary.programs.map(({ stablehlo }) => stablehlo))].join(", ");
    const next = `griffin generate --artifact ${path} --prompt TEXT      griffin inspect ${path}`;
    for (const line of fileLines(path, summary.files, versions)) context.print(line);
    context.print(context.colors.dim(next));
  }
  return 0;
}

/** What a word names: an export of a module, or a program as a file. @throws what reading it throws */
async function chooseExported(
  context: CommandContext,
  word: string | undefined,
): Promise<Export<"program" | "model" | "configured model"> | undefined> {
  if (word === undefined) return undefined;
  if (moduleReference(word) !== undefined)
    return chooseOwn(context, word, ["program", "model", "configured model"]);
  const module = await readModuleFile(context, word);
  return { kind: "program", value: programOf(module, parse(sourceName(word)).name) };
}

/** A folder is opened for its weights; anything else is a configuration alone. */
async function modelSource(
  context: CommandContext,
  own: Export<"model" | "configured model"> | undefined,
  flags: Options,
): Promise<ExportSource> {
  const { model, preset } = flags;
  if (model !== undefined && preset === undefined && own?.kind !== "configured model") {
    const models = own === undefined ? await context.models.load() : [own.value];
    return { folder: model, models };
  }
  const configured = await configureChosen(context, own, { model, preset });
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
