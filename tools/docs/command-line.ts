/** @file docs/command-line.md, from the help of every command. */
import type { Command } from "commander";
import { PassThrough } from "node:stream";
import { CommandContext } from "../../src/cli/context.js";
import { ownModels } from "../../src/cli/models.js";
import { createProgram } from "../../src/cli/program.js";
import { fence, heading, page } from "./markdown.js";

/** The command line as `griffin` has it; nothing is run. */
export function commandLine(): Command {
  const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const context = new CommandContext({ stdout, stderr, stdin, env: { NO_COLOR: "1" } }, ownModels, []);
  return createProgram(context).program;
}

/** Commands that do something, with their names. */
export function leaves(
  command: Command,
  path: readonly string[] = [],
): readonly (readonly [string, Command])[] {
  const here = [...path, command.name()];
  return command.commands.length === 0
    ? [[here.join(" "), command]]
    : command.commands.flatMap((child) => leaves(child, here));
}

/** A command's help as it is printed 120 columns wide. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (more) => (text += more),
    getOutHelpWidth: () => 120,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

/** The page of all commands. */
export const commandLinePage = (): string =>
  page([
    heading("The command line", "the commands' help"),
    `Every command has \`--json\`. Exit codes: 0 good, 1 the thing checked is wrong, 2 wrong usage, 3 something of the environment is missing, 130 and 143 ended by
a signal. What is asked for goes to stdout, progress and complaints to stderr.`,
    ...leaves(commandLine()).flatMap(([name, command]) => [`## ${name}`, fence("text", helpOf(command))]),
  ]);
