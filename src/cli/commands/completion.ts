/** @file The options of griffin completion. */
import { Command } from "commander";
import { shells } from "../completion/shells.js";
import { oneOf } from "../options.js";
import type { Launch } from "./launch.js";

const EXAMPLES = `
Examples:
  griffin completion bash >> ~/.bash_completion
  griffin completion zsh > ~/.zfunc/_griffin         a folder of zsh's fpath
  griffin completion fish | source                   in ~/.config/fish/config.fish`;

/** The command as people call it; its work is loaded when it runs. */
export function completionCommand(launch: Launch): Command {
  return new Command("completion")
    .description("print a script that completes commands, options and their values in a shell")
    .argument("<shell>", shells.join(", "), oneOf("the shell", shells))
    .addHelpText("after", EXAMPLES)
    .action(launch(async () => (await import("../completion.js")).runCompletion));
}
