/** @file Completion for zsh: a function for each command, by zsh's own _arguments. */
import { allCommands, type Completed, type CompletedCommand, type CompletedOption } from "./table.js";
import { quoted } from "./quote.js";

/** The script. */
export function zshCompletion(griffin: CompletedCommand): string {
  return `#compdef griffin
# Completion of griffin for zsh: source <(griffin completion zsh), or a file _griffin in a folder of fpath.
${allCommands(griffin).map(functionOf).join("\n")}
if [ "$funcstack[1]" = "_griffin" ]; then
  _griffin "$@"
else
  compdef _griffin griffin
fi
`;
}

const nameOf = (path: readonly string[]): string => ["_griffin", ...path].join("_").replaceAll("-", "_");

function functionOf({ path, options, argument, commands }: CompletedCommand): string {
  const flags = options.flatMap(specsOf);
  if (commands.length === 0) {
    const rest = argument === undefined ? [] : [`*:argument:${action(argument)}`];
    return `${nameOf(path)}() {
  _arguments -s -S ${[...flags, ...rest].map(quoted).join(" ")}
}
`;
  }
  const described = commands.map((command) =>
    quoted(`${command.path.at(-1)!}:${command.description.replaceAll(":", "\\:")}`),
  );
  const cases = commands.map((command) => `        ${command.path.at(-1)!}) ${nameOf(command.path)} ;;`);
  return `${nameOf(path)}() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(${described.join(" ")})
  _arguments -C ${flags.map(quoted).join(" ")} '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $line[1] in
${cases.join("\n")}
      esac ;;
  esac
}
`;
}

/** \`--top[what it is]:value:(words)\`, one a flag; `*` since commands take many of them several times. */
function specsOf({ flags, description, value }: CompletedOption): readonly string[] {
  const told = description.replace(/[[\]\\]/g, "\\$&");
  return flags.map((flag) => {
    if (value === undefined) return `*${flag}[${told}]`;
    return `*${flag}${flag.startsWith("--") ? "=" : "+"}[${told}]:value:${action(value)}`;
  });
}

function action({ words, paths }: Completed): string {
  const list = words.length === 0 ? [] : [`compadd -- ${words.join(" ")}`];
  const files = { none: [], files: ["_files"], folders: ["_files -/"] }[paths];
  const all = [...list, ...files];
  return all.length === 0 ? " " : `{${all.join("; ")}}`;
}
