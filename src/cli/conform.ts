/** @file griffin conform: what a plugin can do, check by check. */
import { type ConformanceReport, countOutcomes, runConformance } from "../runtime-pjrt/index.js";
import { locatePlugin } from "../engine/index.js";
import { formatTable } from "../support/table.js";
import type { Colors } from "./colors.js";
import type { CommandContext } from "./context.js";
import { deviceOptions } from "./device.js";
import type { ExitStatus } from "./io.js";

interface Options {
  readonly plugin: string;
  readonly filter?: string;
  readonly json?: boolean;
}

export async function runConform(
  context: CommandContext,
  { plugin, filter = "", json }: Options,
): Promise<ExitStatus> {
  using progress = context.progress({ leavesLines: false });
  const path = await locatePlugin(plugin, deviceOptions(context, progress));
  const report = await runConformance(path, {
    filter,
    onResult: ({ name }) => progress.update("check", name),
  });
  progress.done();
  const { pass, fail, unsupported, skip } = countOutcomes(report);
  const status = fail > 0 ? 1 : 0;
  if (json === true) {
    context.printJson(report);
    return status;
  }
  for (const line of table(report, context.colors)) context.print(line);
  context.print(`${report.plugin}: PJRT ${report.api}, StableHLO ${report.stablehlo}`);
  context.print(`${pass} passed, ${fail} failed, ${unsupported} unsupported, ${skip} skipped`);
  return status;
}

/** Every check; why it did not pass, where it did not. */
function table({ results }: ConformanceReport, { red }: Colors): readonly string[] {
  const rows = results.map(({ name, outcome, reason = "", milliseconds }) => [
    name,
    outcome,
    `${Math.round(milliseconds)}`,
    reason,
  ]);
  const lines = formatTable(["check", "outcome", "ms", ""], rows, [2]);
  return lines.map((line, i) => (results[i - 1]?.outcome === "fail" ? red(line) : line));
}
