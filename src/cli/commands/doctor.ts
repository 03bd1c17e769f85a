/** @file The options of griffin doctor. */
import { Command } from "commander";
import { addPluginOption } from "../options.js";
import type { Launch } from "./launch.js";

/** The command as people call it; its work is loaded when it runs. */
export function doctorCommand(launch: Launch): Command {
  const command = new Command("doctor").description("versions, plugins and devices found, and what to do");
  const examples =
    "\nExamples:\n  griffin doctor\n  griffin doctor --plugin ./libpjrt.so\n  griffin doctor --json";
  return addPluginOption(command)
    .addHelpText("after", examples)
    .action(launch(async () => (await import("../doctor.js")).runDoctor));
}
