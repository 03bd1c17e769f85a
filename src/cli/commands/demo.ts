/** @file The options of griffin demo. */
import { Command } from "commander";
import { addCacheOption, addPluginOption, wholeNumber } from "../options.js";
import type { Launch } from "./launch.js";

const PROMPT = "And it came to pass in those days, that";

/** The command as people call it; its work is loaded when it runs. */
export function demoCommand(launch: Launch): Command {
  const command = new Command("demo")
    .description("lower, compile and run the small model that comes with this package")
    .option("--prompt <text>", "text to continue, in the style of the King James Bible", PROMPT)
    .option("--max-new-tokens <n>", "tokens (here: bytes) to make", wholeNumber("--max-new-tokens", 1), 256);
  const examples =
    '\nExamples:\n  griffin demo\n  griffin demo --prompt "Thus saith the LORD" --max-new-tokens 400';
  return addCacheOption(addPluginOption(command))
    .addHelpText("after", examples)
    .action(launch(async () => (await import("../demo.js")).runDemo));
}
