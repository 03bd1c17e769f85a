/** @file The options of griffin chat. */
import { Command } from "commander";
import { modelOption } from "../model-option.js";
import {
  addCacheOption,
  addFormatOptions,
  addLoadOption,
  addLoweringOptions,
  addPluginOption,
  addSamplingOptions,
  capacityOption,
  dtypeOption,
  repeated,
  wholeNumber,
} from "../options.js";
import type { Launch } from "./launch.js";

const EXAMPLES = `
A line that ends with \\ goes on with the next, as do the lines of a paste. /help lists commands: /reset /regenerate /save FILE /load FILE /tokens /exit.
Ctrl-C breaks an answer off, or throws away what was typed; Ctrl-D ends, as Ctrl-C twice does. In a pipe each line is a turn, and answers go to standard output.

Examples:
  griffin chat --model DIR
  griffin chat --model DIR --temperature 0.8 --top-p 0.95 --seed 7
  echo "Why is the sky blue?" | griffin chat --model DIR
  griffin chat --model DIR --json-schema answer.json      each answer is a document of the schema
  griffin chat ./my-model.ts#mamba --model DIR           a checkpoint of a model of your own`;

/** The command as people call it; its work is loaded when it runs. */
export function chatCommand(launch: Launch): Command {
  const command = new Command("chat")
    .description("talk with a checkpoint or an artifact, in the dialogue format of its chat template")
    .argument("[module#name]", "a model that this module exports, .ts or .js, if the checkpoint is of that")
    .addOption(modelOption("folder of a checkpoint, with its tokenizer and tokenizer_config.json"))
    .option("--artifact <path>", "instead of a model: what griffin export wrote, a folder or .zip")
    .option("--system <text>", "what stands before all turns; refused where the template has no place for it")
    .option("--session <file>", "go on with a dialogue that /save has stored")
    .option(
      "--stop <text>",
      "ends an answer, and is no part of it; repeat it for several",
      repeated((text) => text),
    )
    .option("--max-new-tokens <n>", "tokens of an answer at most", wholeNumber("--max-new-tokens", 1), 1024)
    .option("--seed <s>", "same seed, same answers", wholeNumber("--seed", 0))
    .addOption(capacityOption("as the dialogue grows, up to all that the model holds"))
    .addOption(dtypeOption());
  return addLoadOption(
    addCacheOption(addLoweringOptions(addPluginOption(addSamplingOptions(addFormatOptions(command))))),
  )
    .addHelpText("after", EXAMPLES)
    .action(launch(async () => (await import("../chat.js")).runChat));
}
