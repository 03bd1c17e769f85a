/** @file griffin export: a model as an artifact that runs without the compiler, here, in JAX or in IREE. */
import { Command } from "commander";
import pc from "picocolors";
import type { ComputeDType } from "../../models/griffin.js";
import { presets } from "../../models/griffin/presets.js";
import { type ExportEvent, exportModel, type ExportSource, type ExportSummary } from "../engine/index.js";
import { formatTable } from "../support/table.js";
import { openCompiler } from "./compiler.js";
import { addSourceOptions, checkOneModel, type SourceFlags } from "./model-options.js";
import { addLoweringOptions, type LoweringFlags, oneOf, wholeNumber } from "./options.js";
import { printJson, printLine } from "./output.js";
import { packageVersion } from "./package.js";
import { formatBytes, Progress } from "./progress.js";

interface Options extends SourceFlags, LoweringFlags {
  readonly output: string;
  readonly zip?: boolean;
  readonly batch: number;
  readonly chunk: number;
  readonly dtype?: ComputeDType;
  readonly target: string;
  readonly text?: boolean;
  readonly withWeights?: boolean;
  readonly stablehloVersion?: string;
  readonly compile?: string | true;
  readonly score?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  griffin export --model golden/demo-kjv -o kjv                          programs; the weights stay where they are
  griffin export --model DIR -o model.zip --with-weights --compile       one file that has everything
  griffin export --model DIR -o tpu --target tpu:v5e:2x2 --compile       compiled ahead of time, no TPU needed
  griffin export --preset recurrentgemma-2b -o 2b --batch 16 --text      programs without weights, also as text`;

export function exportCommand(): Command {
  const command = new Command("export").description(
    "write a model as an artifact: programs, weights by reference or copied, all that is needed to run it",
  );
  addSourceOptions(command)
    .requiredOption("-o, --output <path>", "folder to write, or archive if it ends in .zip")
    .option("--zip", "write one archive instead of a folder")
    .option("--batch <n>", "sequences side by side", wholeNumber("--batch", 1), 1)
    .option("--chunk <tokens>", "longest piece in which prompts are read", wholeNumber("--chunk", 1), 256)
    .option(
      "--dtype <type>",
      "compute in f32, bf16, f16 (default: the checkpoint's; bf16 for presets)",
      oneOf("--dtype", ["f32", "bf16", "f16"] as const),
    )
    .option("--target <target>", "cpu, gpu, tpu, tpu:v5e:2x2 ...", "cpu")
    .option("--text", "also write the programs as StableHLO text")
    .option("--with-weights", "copy the weights into the artifact")
    .option(
      "--stablehlo-version <x.y.z>",
      "version of the portable artifacts (default: the lowest that can express them)",
    )
    .option("--compile [plugin]", "also store executables, for this machine or the target's topology")
    .option("--score", "also a program with the logits of all positions of a chunk")
    .option("--force", "replace an artifact that is there already");
  return addLoweringOptions(command).addHelpText("after", EXAMPLES).action(run);
}

async function run(options: Options): Promise<void> {
  const zip = options.zip === true || options.output.endsWith(".zip");
  const path = zip && !options.output.endsWith(".zip") ? `${options.output}.zip` : options.output;
  const source = chooseSource(options);
  using progress = new Progress();
  await using opened =
    options.compile === undefined
      ? undefined
      : await openCompiler(options.target, options.compile === true ? undefined : options.compile, progress);
  const summary = await exportModel(source, path, {
    ...options,
    zip,
    compiler: opened?.compiler,
    tools: { stablegriffin: packageVersion },
    onEvent: (event) => show(event, progress),
  });
  progress.done();
  if (options.json === true) return printJson(describe(path, summary));
  for (const line of summaryLines(path, summary)) printLine(line);
}

function chooseSource({ model, preset, dtype }: Options): ExportSource {
  checkOneModel({ model, preset });
  if (model !== undefined) return { folder: model };
  return { name: preset!, config: { ...presets[preset!], dtype: dtype ?? presets[preset!].dtype } };
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

function summaryLines(path: string, { programs, files }: ExportSummary): readonly string[] {
  const versions = [...new Set(programs.map(({ stablehlo }) => stablehlo))].join(", ");
  const rows = files.map((file) => [file.path, formatBytes(file.bytes)]);
  return [
    ...formatTable(["file", "size"], rows, [1]),
    "",
    `${path}: ${files.length} files, ${formatBytes(totalBytes(files))}, StableHLO ${versions}`,
    pc.dim(`griffin generate --artifact ${path} --prompt TEXT      griffin inspect ${path}`),
  ];
}
