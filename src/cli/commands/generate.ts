/** @file The options of griffin generate. */
import { Command } from "commander";
import { addArtifactOptions, modelOption } from "../model-option.js";
import {
  addCacheOption,
  addFormatOptions,
  addLoadOption,
  addLoweringOptions,
  addPluginOption,
  addSamplingOptions,
  capacityOption,
  chunkOption,
  dtypeOption,
  parseTokenIds,
  repeated,
  wholeNumber,
} from "../options.js";
import type { Launch } from "./launch.js";

const EXAMPLES = `
Examples:
  griffin generate --model demo --prompt "In the beginning"
  griffin generate --model demo --prompt "And God said" --temperature 0.8 --top-k 40 --seed 7
  griffin generate --model DIR --prompt "one" --prompt "two" --max-new-tokens 32      two prompts in one batch
  echo "And it came to pass" | griffin generate --model demo -
  griffin generate --artifact kjv --prompt "In the beginning"      after griffin export --model demo -o kjv
  griffin generate --model DIR --tokens 2,17,5 --json
  griffin generate --model DIR --prompts questions.jsonl --batch 16 --json > answers.json
  griffin generate --model DIR --prompt "Answer yes or no: " --regex 'yes|no'
  griffin generate --model DIR --prompt "Ada, born 1815: " --json-schema person.json
  griffin generate --model DIR --prompt "A date: " --json-schema '{"type": "string", "format": "date"}'
  griffin generate ./my-model.ts#mamba --model DIR --prompt "one"

What has a format ends where it is complete. One that --max-new-tokens cuts off is said so, and the exit code is 1.`;

/** The command as people call it; its work is loaded when it runs. */
export function generateCommand(launch: Launch): Command {
  const command = addArtifactOptions(
    new Command("generate")
      .description("continue prompts with a checkpoint or an artifact, token by token")
      .argument(
        "[source...]",
        "- reads the prompt from standard input; ./module.ts#name is a model of your own",
      )
      .addOption(
        modelOption(
          "folder with config.json, weights (safetensors, .pt or orbax) and tokenizer.json or tokenizer.model",
        ),
      ),
    "griffin export",
  )
    .option("--allow-non-finite", "take weights that are infinite or NaN as they are (default: an error)")
    .option(
      "--prompt <text>",
      "text to continue; repeat it for a batch",
      repeated((text) => text),
    )
    .option(
      "--tokens <ids>",
      "token ids to continue as they are, e.g. 2,17,5; prints ids",
      repeated(parseTokenIds),
    )
    .option(
      "--prompts <file>",
      'a prompt on each line: its text (.txt), or {"prompt": TEXT} or {"tokens": [IDS]} (.jsonl)',
    )
    .option(
      "--batch <n>",
      "prompts side by side; where one ends, the next takes its place (default: all, 8 of a file, or the artifact's)",
      wholeNumber("--batch", 1),
    )
    .option("--max-new-tokens <n>", "tokens to make per prompt", wholeNumber("--max-new-tokens", 1), 128)
    .option(
      "--tokens-per-call <n>",
      "tokens of a prompt that one call to the device makes, which come together (default: more than 1 where it pays)",
      wholeNumber("--tokens-per-call", 1),
    );
  addSamplingOptions(addFormatOptions(command))
    .option("--seed <s>", "same seed, same text; prompt i draws with seed + i", wholeNumber("--seed", 0))
    .addOption(chunkOption("256, or the artifact's"))
    .addOption(capacityOption("prompt and new tokens, rounded up"))
    .addOption(dtypeOption());
  return addLoadOption(addCacheOption(addLoweringOptions(addPluginOption(command))))
    .addHelpText("after", EXAMPLES)
    .action(launch(async () => (await import("../generate.js")).runGenerate));
}
