/** @file griffin version. */
import { Command } from "commander";
import type { Launch } from "./launch.js";

/** The command as people call it; its work is loaded when it runs. */
export function versionCommand(launch: Launch): Command {
  return new Command("version")
    .description("print the version of this package; griffin doctor prints those of plugins too")
    .addHelpText("after", "\nExamples:\n  griffin version\n  griffin version --json")
    .action(launch(async () => (await import("../version.js")).runVersion));
}
