/** @file griffin cost: what a compiler made of a program, counted. */
import { type Chip, chipNames, countModule, findChip, type Grouping } from "../cost/index.js";
import { costRequest, splitTarget } from "../engine/index.js";
import type { Operation } from "../ir/operation.js";
import { compileApart } from "./cost/compile.js";
import { printable } from "./cost/print.js";
import { type Counted, makeReport } from "./cost/report.js";
import { checkSource, lowerModel, readSource } from "./cost/source.js";
import { locatePlugin, pluginFor } from "./device.js";
import type { ModelFlags } from "./model-options.js";
import type { LoweringFlags } from "./options.js";
import type { Progress } from "./progress.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";

interface Options extends ModelFlags, LoweringFlags {
  readonly target?: string;
  readonly chip?: string;
  readonly plugin?: string;
  readonly by: Grouping | "none";
  readonly top: number;
  readonly json?: boolean;
}

export async function runCost(
  context: CommandContext,
  file: string | undefined,
  options: Options,
): Promise<ExitStatus> {
  checkSource(file, options);
  using progress = context.progress({ leavesLines: false });
  const report = makeReport(await count(context, file, options, progress), options);
  progress.done();
  if (options.json === true) context.printJson(report);
  else for (const line of printable(report, context.colors)) context.print(line);
  return 0;
}

/** Compiles what is not compiled yet, and counts. */
async function count(
  context: CommandContext,
  file: string | undefined,
  options: Options,
  progress: Progress,
): Promise<Counted> {
  const { target = "tpu", plugin } = options;
  const place = target === "tpu" ? "tpu:v5e:2x2" : target;
  const source =
    file === undefined
      ? await lowerModel({ ...options, target: place }, progress)
      : await readSource(context, file);
  if ("hlo" in source) return { cost: countModule(source.hlo), chip: chipOf(options) };
  const compiled = await compile(context, source.stablehlo, place, plugin, progress);
  return { ...compiled, target: place, chip: chipOf({ ...options, target: place }) };
}

async function compile(
  context: CommandContext,
  module: Operation,
  target: string,
  plugin: string | undefined,
  progress: Progress,
) {
  const request = costRequest(module, target);
  const { platform, topology } = splitTarget(target);
  const path = await locatePlugin(context, plugin ?? pluginFor(platform), progress);
  progress.update("compile for", target);
  return compileApart({ plugin: path, topology, request });
}

/** The chip asked for; else the target's, if its figures are known. @throws UsageError for one asked for that is not known */
function chipOf({ chip, target }: Options): Chip | undefined {
  if (chip !== undefined) return findChip(chip);
  const topology = target === undefined ? undefined : splitTarget(target).topology;
  return topology !== undefined && chipNames.includes(topology.split(":")[0]!)
    ? findChip(topology)
    : undefined;
}
