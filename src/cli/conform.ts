/** @file griffin conform: what a plugin can do, check by check. */
import { Command } from "commander";
import pc from "picocolors";
import { type ConformanceReport, countOutcomes, findPlugin, runConformance } from "../runtime-pjrt/index.js";
import { formatTable } from "../support/table.js";
import { addPluginOption } from "./options.js";
import { printJson, printLine } from "./output.js";
import { Progress } from "./progress.js";

interface Options {
  readonly plugin: string;
  readonly filter?: string;
  readonly json?: boolean;
}

export function conformCommand(): Command {
  const command = new Command("conform")
    .description("run the PJRT conformance checks against a plugin; exit code 1 when one fails")
    .option("--filter <text>", "only the checks whose name has this text");
  const examples =
    "\nExamples:\n  griffin conform\n  griffin conform --plugin tpu --filter topology\n  griffin conform --json";
  return addPluginOption(command).addHelpText("after", examples).action(run);
}

async function run({ plugin, filter = "", json }: Options): Promise<void> {
  using progress = new Progress({ leavesLines: false });
  const { path } = await findPlugin(plugin, { install: true });
  const report = await runConformance(path, {
    filter,
    onResult: ({ name }) => progress.update("check", name),
  });
  progress.done();
  const { pass, fail, unsupported, skip } = countOutcomes(report);
  if (fail > 0) process.exitCode = 1;
  if (json === true) return printJson(report);
  for (const line of table(report)) printLine(line);
  printLine(`${report.plugin}: PJRT ${report.api}, StableHLO ${report.stablehlo}`);
  printLine(`${pass} passed, ${fail} failed, ${unsupported} unsupported, ${skip} skipped`);
}

/** Every check; why it did not pass, where it did not. */
function table({ results }: ConformanceReport): readonly string[] {
  const rows = results.map(({ name, outcome, reason = "", milliseconds }) => [
    name,
    outcome,
    `${Math.round(milliseconds)}`,
    reason,
  ]);
  const lines = formatTable(["check", "outcome", "ms", ""], rows, [2]);
  return lines.map((line, i) => (results[i - 1]?.outcome === "fail" ? pc.red(line) : line));
}
