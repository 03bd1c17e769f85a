/** @file griffin cost: what a compiler made of a program, counted. */
import { type Chip, chipNames, countModule, findChip, type Grouping } from "../cost/index.js";
import { costRequest, IsolatedPlugin, resolveTarget } from "../engine/index.js";
import { describedTarget } from "../targets/names.js";
import type { CompileRequest } from "../runtime-pjrt/index.js";
import { printable } from "./cost/print.js";
import { type Counted, makeReport } from "./cost/report.js";
import { checkSource, lowerModel, readSource } from "./cost/source.js";
import { locatePlugin } from "./device.js";
import type { ModelFlags } from "./model-options.js";
import type { LoweringFlags } from "./options.js";
import type { Progress } from "./progress.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";

/** A target named alone with its default devices, where it describes them. @throws UsageError for an unknown one */
function withDevices(name: string): string {
  const { target, topology } = resolveTarget(name);
  const { topologies } = target;
  return topologies === undefined || topology !== undefined ? name : `${target.name}:${topologies.default}`;
}

interface Options extends ModelFlags, LoweringFlags {
  readonly target?: string;
  readonly chip?: string;
  readonly plugin?: string;
  readonly allowCustomCall?: readonly string[];
  readonly by: Grouping | "none";
  readonly top: number;
  /** Seconds. */
  readonly timeout: number;
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
  const { target = describedTarget } = options;
  const place = withDevices(target);
  const source =
    file === undefined
      ? await lowerModel(context, { ...options, target: place }, progress)
      : await readSource(context, file);
  if ("hlo" in source) return { cost: countModule(source.hlo), chip: chipOf(options) };
  const request = costRequest(source.stablehlo, place, { allowCustomCalls: options.allowCustomCall });
  const compiled = await compile(context, request, place, options, progress);
  return { ...compiled, target: place, chip: chipOf({ ...options, target: place }) };
}

async function compile(
  context: CommandContext,
  request: CompileRequest,
  target: string,
  { plugin, timeout }: Options,
  progress: Progress,
) {
  const { target: resolved, topology } = resolveTarget(target);
  const path = await locatePlugin(context, plugin ?? resolved.plugin, progress);
  progress.update("compile for", target);
  // Some programs make a compiler end its process, which must not be ours.
  await using isolated = new IsolatedPlugin(path, { timeoutMs: timeout * 1000 });
  return await isolated.cost(topology, request, { signal: context.signal });
}

/** The chip asked for; else the target's, if its figures are known. @throws UsageError for one asked for that is not known */
function chipOf({ chip, target }: Options): Chip | undefined {
  if (chip !== undefined) return findChip(chip);
  const topology = target === undefined ? undefined : resolveTarget(target).topology;
  return topology !== undefined && chipNames.includes(topology.topology.split(":")[0]!)
    ? findChip(topology.name)
    : undefined;
}
