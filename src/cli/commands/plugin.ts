/** @file The options of griffin plugin install and list. */
import { Command } from "commander";
import { DEFAULT_PACKAGE, wheelNames } from "../../runtime-pjrt/install/wheels.js";
import { usually } from "../options.js";
import type { Launch } from "./launch.js";

/** The commands as people call them; their work is loaded when it runs. */
export function pluginCommand(launch: Launch): Command {
  const command = new Command("plugin").description("PJRT plugins that can be installed");
  command
    .command("install")
    .description(
      "fetch a plugin, pinned by version and hash, into the cache folder (python3 with pip is needed)",
    )
    .argument(
      "<name>",
      `a platform (${Object.keys(DEFAULT_PACKAGE).join(", ")}) or a package of griffin plugin list`,
      usually(wheelNames),
    )
    .addHelpText("after", "\nExamples:\n  griffin plugin install cpu\n  griffin plugin install tpu")
    .action(launch(async () => (await import("../plugin.js")).runPluginInstall));
  command
    .command("list")
    .description("plugins that can be installed, and which are")
    .addHelpText("after", "\nExamples:\n  griffin plugin list\n  griffin plugin list --json")
    .action(launch(async () => (await import("../plugin.js")).runPluginList));
  return command;
}
