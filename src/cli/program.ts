/** @file All commands of `griffin`. */
import { Command } from "commander";
import { conformCommand } from "./conform.js";
import { costCommand } from "./cost.js";
import { demoCommand } from "./demo.js";
import { doctorCommand } from "./doctor.js";
import { exportCommand } from "./export.js";
import { generateCommand } from "./generate.js";
import { goldenCommand } from "./golden.js";
import { inspectCommand } from "./inspect.js";
import { lowerCommand } from "./lower.js";
import { optCommand } from "./opt.js";
import { packageVersion } from "./package.js";
import { pluginCommand } from "./plugin.js";
import { runCommand } from "./run.js";

/** The command line, not yet run. Complaints are thrown (CommanderError), never printed by it. */
export function createProgram(): Command {
  const program = new Command("griffin")
    .description("Compiles models written in TypeScript to StableHLO and runs them through PJRT plugins.")
    .version(packageVersion)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showHelpAfterError(false);
  const commands = [
    demoCommand(),
    doctorCommand(),
    generateCommand(),
    goldenCommand(),
    exportCommand(),
    inspectCommand(),
    lowerCommand(),
    costCommand(),
    optCommand(),
    runCommand(),
    conformCommand(),
    pluginCommand(),
  ];
  for (const command of commands) program.addCommand(inherit(command, program));
  return program;
}

/** Settings reach added commands only when they are copied; every command that does something has --json and --verbose. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
  if (command.commands.length > 0) return command;
  const has = (flag: string) => command.options.some(({ long }) => long === flag);
  if (!has("--json")) command.option("--json", "print one JSON document on stdout");
  if (!has("--verbose")) command.option("--verbose", "show the stack of unexpected errors");
  return command;
}
