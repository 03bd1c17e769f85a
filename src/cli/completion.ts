/** @file griffin completion: scripts that complete the command line in shells. */
import type { Command } from "commander";
import { bashCompletion } from "./completion/bash.js";
import { fishCompletion } from "./completion/fish.js";
import type { Shell } from "./completion/shells.js";
import { type CompletedCommand, completedCommand } from "./completion/table.js";
import { zshCompletion } from "./completion/zsh.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";

const SCRIPTS: Readonly<Record<Shell, (griffin: CompletedCommand) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export async function runCompletion(
  context: CommandContext,
  shell: Shell,
  { json }: { readonly json?: boolean },
  command: Command,
): Promise<ExitStatus> {
  const script = SCRIPTS[shell](completedCommand(command.parent!));
  if (json === true) context.printJson({ shell, script });
  else context.write(script);
  return 0;
}
