/** @file Completion for bash: a function that looks up the command and the option before the cursor. */
import { allCommands, type Completed, type CompletedCommand } from "./table.js";
import { quoted } from "./quote.js";

/** The script; bash 4 or newer. */
export function bashCompletion(griffin: CompletedCommand): string {
  const commands = allCommands(griffin);
  const name = ({ path }: CompletedCommand) => path.join(" ");
  const valued = commands.flatMap((command) =>
    command.options.flatMap(({ flags, value }) =>
      value === undefined
        ? []
        : [
            `    ${flags.map((flag) => quoted(`${name(command)} ${flag}`)).join("|")}) ${fill(value)}; return ;;`,
          ],
    ),
  );
  const options = commands.map(
    (command) =>
      `      ${quoted(name(command))}) words=${quoted(command.options.flatMap(({ flags }) => flags).join(" "))} ;;`,
  );
  const places = commands.map((command) => {
    const place: Completed =
      command.commands.length > 0
        ? { words: command.commands.map(({ path }) => path.at(-1)!), paths: "none" }
        : (command.argument ?? { words: [], paths: "none" });
    return `    ${quoted(name(command))}) ${fill(place)} ;;`;
  });
  const inner = commands
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => quoted(`${path.slice(0, -1).join(" ")}/${path.at(-1)!}`));
  return `# Completion of griffin for bash: eval "$(griffin completion bash)", or a file of bash-completion's folder.
_griffin_fill() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "\${2// /$IFS}" -- "$current"))
  case $1 in
    files) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$current")) ;;
    folders) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- "$current")) ;;
  esac
}

_griffin() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command='' words='' i
  # bash cuts --option=value into three words.
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $previous == '=' ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case $command/\${COMP_WORDS[i]} in
      ${inner.join("|")}) command="\${command:+$command }\${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$command $previous" in
${valued.join("\n")}
  esac
  if [[ $current == -* ]]; then
    case $command in
${options.join("\n")}
    esac
    _griffin_fill none "$words"
    return
  fi
  case $command in
${places.join("\n")}
  esac
}

complete -F _griffin griffin
`;
}

const fill = ({ words, paths }: Completed): string => `_griffin_fill ${paths} ${quoted(words.join(" "))}`;
