/** @file The options of griffin golden check. */
import { Command } from "commander";
import {
  addCacheOption,
  addLoadOption,
  addLoweringOptions,
  addPluginOption,
  oneOf,
  wholeNumber,
} from "../options.js";
import type { Launch } from "./launch.js";

const DTYPES = ["f32", "bf16", "both"] as const;

/** The command as people call it; its work is loaded when it runs. */
export function goldenCommand(launch: Launch): Command {
  const check = new Command("check")
    .description(
      "run the model on golden cases and hold every tensor against the reference's; exit code 1 when one is off",
    )
    .argument(
      "<case...>",
      "folders of golden cases, of training too (golden/README.md); ./module.ts#name if their model is your own",
    )
    .option(
      "--dtype <type>",
      "f32, bf16 or both (default: f32, and bf16 where the case bounds it)",
      oneOf("--dtype", DTYPES),
    )
    .option(
      "--chunk <tokens>",
      "longest piece in which prompts are read before decoding",
      wholeNumber("--chunk", 1),
    );
  const examples =
    "\nExamples:\n  griffin golden check golden/*/\n  griffin golden check golden/bf16 --dtype bf16 --scan blocked --scan-block 16\n  griffin golden check ./my-model.ts#mamba cases/*/";
  addLoadOption(addCacheOption(addLoweringOptions(addPluginOption(check))))
    .addHelpText("after", examples)
    .action(launch(async () => (await import("../golden.js")).runGoldenCheck));
  return new Command("golden")
    .description("hold the model against the reference's numbers")
    .addCommand(check);
}
