/** @file What there is to complete, read off commander's own tables. */
import type { Argument, Command, Option } from "commander";

/** What can stand at a place: words that are known, names of files or of folders, or what only the user knows. */
export interface Completed {
  readonly words: readonly string[];
  readonly paths: "none" | "files" | "folders";
}

/** An option. */
export interface CompletedOption {
  /** `--output`, `-o`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Of its value; undefined for one that takes none. */
  readonly value: Completed | undefined;
}

/** A command, or a command of a command. */
export interface CompletedCommand {
  /** `golden check` is ["golden", "check"]; griffin itself is []. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** What its arguments are, whichever comes; undefined for none. */
  readonly argument: Completed | undefined;
  readonly commands: readonly CompletedCommand[];
}

/** The table of a command and of all below it. */
export function completedCommand(command: Command, path: readonly string[] = []): CompletedCommand {
  const help = command.createHelp();
  const options = help.visibleOptions(command);
  // Help's own list of commands has "help", which commander makes by itself.
  const commands = help.visibleCommands(command).filter((child) => child.name() !== "help");
  return {
    path,
    description: command.description(),
    options: options.map(completedOption),
    argument: argumentOf(command.registeredArguments),
    commands: commands.map((child) => completedCommand(child, [...path, child.name()])),
  };
}

/** All commands of a table, outer ones first. */
export const allCommands = (command: CompletedCommand): readonly CompletedCommand[] => [
  command,
  ...command.commands.flatMap(allCommands),
];

function completedOption(option: Option): CompletedOption {
  const { short, long, flags, description } = option;
  const takesValue = option.required || option.optional;
  return {
    flags: [long, short].filter((flag) => flag != null),
    description,
    value: takesValue ? completed(/[<[]([^>\]]*)/.exec(flags)![1]!, option) : undefined,
  };
}

function argumentOf(args: readonly Argument[]): Completed | undefined {
  if (args.length === 0) return undefined;
  const all = args.map((argument) => completed(argument.name(), argument));
  return {
    words: all.flatMap(({ words }) => words),
    paths: all.find(({ paths }) => paths !== "none")?.paths ?? "none",
  };
}

/** By the words that a parser knows, and by what the placeholder is called. */
function completed(
  placeholder: string,
  { argChoices, parseArg }: Pick<Option | Argument, "argChoices" | "parseArg">,
): Completed {
  const known = parseArg !== undefined && "words" in parseArg ? (parseArg.words as readonly string[]) : [];
  return { words: argChoices ?? known, paths: pathsOf(placeholder) };
}

function pathsOf(placeholder: string): Completed["paths"] {
  if (/^dir/.test(placeholder)) return "folders";
  return /file|path|\.pem|weights|output|case|program/.test(placeholder) ? "files" : "none";
}
