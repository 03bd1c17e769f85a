/** @file All commands of `griffin`. */
import { Command } from "commander";
import { chatCommand } from "./commands/chat.js";
import { completionCommand } from "./commands/completion.js";
import { conformCommand } from "./commands/conform.js";
import { convertCommand } from "./commands/convert.js";
import { costCommand } from "./commands/cost.js";
import { demoCommand } from "./commands/demo.js";
import { doctorCommand } from "./commands/doctor.js";
import { evalCommand } from "./commands/eval.js";
import { exportCommand } from "./commands/export.js";
import { generateCommand } from "./commands/generate.js";
import { goldenCommand } from "./commands/golden.js";
import { graphCommand } from "./commands/graph.js";
import { inspectCommand } from "./commands/inspect.js";
import { lowerCommand } from "./commands/lower.js";
import { optCommand } from "./commands/opt.js";
import { pluginCommand } from "./commands/plugin.js";
import { runCommand } from "./commands/run.js";
import { trainCommand } from "./commands/train.js";
import { versionCommand } from "./commands/version.js";
import type { Launch } from "./commands/launch.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import { withDeadline } from "./deadline.js";
import { type DeadlineFlags, deadlineOption, type LoadFlags } from "./options.js";
import { packageVersion } from "../support/package.js";

/** In the order of the help. */
const COMMANDS = [
  demoCommand,
  doctorCommand,
  generateCommand,
  chatCommand,
  trainCommand,
  evalCommand,
  goldenCommand,
  exportCommand,
  inspectCommand,
  convertCommand,
  lowerCommand,
  costCommand,
  graphCommand,
  optCommand,
  runCommand,
  conformCommand,
  pluginCommand,
  completionCommand,
  versionCommand,
];

/** The command line, not yet run, and the exit code after it ran. Complaints are thrown (CommanderError), never printed by it. */
export function createProgram(context: CommandContext): {
  readonly program: Command;
  readonly status: () => ExitStatus;
} {
  let status: ExitStatus = 0;
  /** Commands whose time is limited as a whole. */
  const timed = new Set<Command>();
  const launch: Launch =
    (load) =>
    async (...args) => {
      const command = args.at(-1) as Command;
      const { timeout } = timed.has(command) ? command.opts<DeadlineFlags>() : {};
      status = await withDeadline(context, nameOf(command), timeout, async () => {
        await loadModules(context, command);
        const work = await load();
        return work(context, ...args);
      });
    };
  const program = new Command("griffin")
    .description("Compiles models written in TypeScript to StableHLO and runs them through PJRT plugins.")
    .version(packageVersion, "-v, --version", "print the version")
    .exitOverride()
    .configureOutput(outputOf(context))
    .showHelpAfterError(false);
  for (const create of COMMANDS) program.addCommand(inherit(create(launch, context.models), program, timed));
  return { program, status: () => status };
}

/** `griffin plugin install`. */
const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;

/** What --load names is known before the command begins. */
async function loadModules(context: CommandContext, command: Command): Promise<void> {
  const { load = [] } = command.opts<LoadFlags>();
  if (load.length === 0) return;
  const { loadExtensions } = await import("./modules/load-extensions.js");
  context.extend(await loadExtensions(context, load));
}

/** Where commander prints help. */
function outputOf(context: CommandContext) {
  const { columns = 80, colors } = context;
  return {
    writeOut: (text: string) => context.write(text),
    writeErr: (text: string) => context.printError(text.replace(/\n$/, "")),
    outputError: () => {},
    getOutHelpWidth: () => columns,
    getErrHelpWidth: () => columns,
    getOutHasColors: () => colors.isColorSupported,
    getErrHasColors: () => colors.isColorSupported,
  };
}

/** What only prints what is there. */
const AT_ONCE = new Set(["completion", "version"]);

/**
 * Settings reach added commands only when they are copied; every command that does something has --json and --verbose, and --timeout, of all of
 * it where it has none of its own for the programs of others.
 */
function inherit(command: Command, parent: Command, timed: Set<Command>): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command, timed);
  if (command.commands.length > 0) return command;
  const has = (flag: string) => command.options.some(({ long }) => long === flag);
  if (!has("--timeout") && !AT_ONCE.has(command.name())) {
    timed.add(command.addOption(deadlineOption()));
  }
  if (!has("--json")) command.option("--json", "print one JSON document on stdout");
  if (!has("--verbose")) command.option("--verbose", "show the stack of unexpected errors");
  return command;
}
