/** @file The options of griffin conform. */
import { Command } from "commander";
import { addPluginOption } from "../options.js";
import type { Launch } from "./launch.js";

/** The command as people call it; its work is loaded when it runs. */
export function conformCommand(launch: Launch): Command {
  const command = new Command("conform")
    .description("run the PJRT conformance checks against a plugin; exit code 1 when one fails")
    .option("--filter <text>", "only the checks whose name has this text");
  const examples =
    "\nExamples:\n  griffin conform\n  griffin conform --plugin tpu --filter topology\n  griffin conform --json";
  return addPluginOption(command)
    .addHelpText("after", examples)
    .action(launch(async () => (await import("../conform.js")).runConform));
}
