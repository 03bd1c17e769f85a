/** @file griffin cost: what a compiler made of a program, counted. */
import {
  type Chip,
  chipNames,
  type Counted,
  countModule,
  findChip,
  type Grouping,
  makeReport,
  rooflineSvg,
} from "../cost/index.js";
import { chipOf, programCost, withDevices } from "../engine/index.js";
import { UsageError } from "../support/errors.js";
import { printable } from "./cost/print.js";
import { checkSource, chooseSource } from "./cost/source.js";
import { deviceOptions } from "./device.js";
import type { ModelFlags } from "./model-options.js";
import type { LoweringFlags } from "./options.js";
import type { Progress } from "./progress.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import { pickOptions } from "../support/options.js";
import { REPORT_OPTIONS } from "../cost/report.js";

interface Options extends ModelFlags, LoweringFlags {
  readonly target?: string;
  readonly chip?: string;
  readonly plugin?: string;
  readonly allowCustomCall?: readonly string[];
  readonly by: Grouping | "none";
  readonly depth?: number;
  readonly top: number;
  /** Seconds. */
  readonly timeout: number;
  readonly json?: boolean;
  readonly svg?: string;
}

export async function runCost(
  context: CommandContext,
  file: string | undefined,
  options: Options,
): Promise<ExitStatus> {
  checkSource(file, options);
  using progress = context.progress({ leavesLines: false });
  const counted = await count(context, file, options, progress);
  progress.done();
  if (options.svg !== undefined)
    await context.writeTo(
      options.svg,
      rooflineSvg(counted, chipFor(counted), { by: options.by, depth: options.depth }),
    );
  // What goes to stdout is one thing.
  if (options.svg === "-") return 0;
  const report = makeReport(counted, pickOptions(options, REPORT_OPTIONS));
  if (options.json === true) context.printJson(report);
  else for (const line of printable(report, context.colors)) context.print(line);
  return 0;
}

/** @throws UsageError where no chip is known */
function chipFor({ chip }: Counted): Chip {
  if (chip !== undefined) return chip;
  throw new UsageError({
    message: "a roofline needs a chip, and none is known",
    expected: `--chip with one of ${chipNames.join(", ")}`,
    hint: "--chip v5e",
  });
}

/** Compiles what is not compiled yet, and counts. */
async function count(
  context: CommandContext,
  file: string | undefined,
  options: Options,
  progress: Progress,
): Promise<Counted> {
  const { extensions } = context;
  const chip = options.chip === undefined ? undefined : findChip(options.chip);
  const target = withDevices(options.target, extensions);
  const source = await chooseSource(context, file, { ...options, target }, progress);
  if ("hlo" in source) {
    const named = options.target === undefined ? undefined : chipOf(options.target, extensions);
    return { cost: countModule(source.hlo), chip: chip ?? named };
  }
  return await programCost(source.stablehlo, target, {
    ...deviceOptions(context, progress),
    plugin: options.plugin,
    chip,
    extensions,
    allowCustomCalls: options.allowCustomCall,
    timeoutMs: options.timeout * 1000,
  });
}
