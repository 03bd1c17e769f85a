/** @file Completion for fish: a line for each command, option and argument. */
import { allCommands, type Completed, type CompletedCommand, type CompletedOption } from "./table.js";
import { quoted } from "./quote.js";

/** The script. */
export function fishCompletion(griffin: CompletedCommand): string {
  const lines = allCommands(griffin).flatMap((command) => {
    const when = condition(command);
    return [
      ...command.commands.map(
        ({ path, description }) =>
          `complete -c griffin -f -n ${when} -a ${quoted(path.at(-1)!)} -d ${word(description)}`,
      ),
      ...command.options.map((option) => `complete -c griffin -n ${when} ${optionOf(option)}`),
      ...(command.commands.length > 0 ? [] : [`complete -c griffin -n ${when} ${placeOf(command.argument)}`]),
    ];
  });
  return `# Completion of griffin for fish: griffin completion fish | source
${lines.join("\n")}
`;
}

/** Whether the command line is at this command: its words are there, and none of those below it. */
function condition({ path, commands }: CompletedCommand): string {
  const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`);
  const below = commands.map((command) => command.path.at(-1)!);
  const not = below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(" ")}`];
  return quoted([...seen, ...not].join("; and "));
}

function optionOf({ flags, description, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const taken = value === undefined ? [] : ["-r", placeOf(value)];
  return [...names, ...taken, "-d", word(description)].join(" ");
}

function placeOf({ words, paths }: Completed = { words: [], paths: "none" }): string {
  const list = words.length === 0 ? [] : [`-a ${word(words.join(" "))}`];
  const files = { none: "-f", files: "-F", folders: "-f -a '(__fish_complete_directories)'" }[paths];
  return [files, ...list].join(" ");
}

/** In fish a backslash stands for itself in quotes, unless a quote or another follows. */
const word = (text: string): string => `'${text.replace(/['\\]/g, "\\$&")}'`;
