/** @file griffin demo: the whole way once, with the checkpoint that comes with the package. `npm start` runs it. */
import { Command } from "commander";
import pc from "picocolors";
import { demoFolder } from "./package.js";
import { describeSummary } from "./generate.js";
import { runGeneration } from "./generation.js";
import { addCacheOption, addPluginOption, type CacheFlags, cacheOf, wholeNumber } from "./options.js";
import { printJson, printLine } from "./output.js";
import { Progress } from "./progress.js";

const PROMPT = "And it came to pass in those days, that";

/** Drawn rather than best tokens: greedy decoding of so small a model soon repeats itself. The seed makes it the same each time. */
const SAMPLING = { temperature: 0.6, seed: 1 };

interface Options extends CacheFlags {
  readonly prompt: string;
  readonly maxNewTokens: number;
  readonly plugin: string;
  readonly json?: boolean;
}

export function demoCommand(): Command {
  const command = new Command("demo")
    .description("lower, compile and run the small model that comes with this package")
    .option("--prompt <text>", "text to continue, in the style of the King James Bible", PROMPT)
    .option("--max-new-tokens <n>", "tokens (here: bytes) to make", wholeNumber("--max-new-tokens", 1), 256);
  const examples =
    '\nExamples:\n  griffin demo\n  griffin demo --prompt "Thus saith the LORD" --max-new-tokens 400';
  return addCacheOption(addPluginOption(command)).addHelpText("after", examples).action(run);
}

async function run(options: Options): Promise<void> {
  const { prompt, maxNewTokens, plugin, json } = options;
  using progress = new Progress();
  const prompts = [{ text: prompt }];
  const cache = cacheOf(options);
  const request = { model: demoFolder, plugin, prompts, maxNewTokens, cache, ...SAMPLING };
  let started = false;
  const summary = await runGeneration(request, progress, ({ text }) => {
    if (json === true) return;
    if (!started) process.stdout.write(`\n${pc.bold(prompt)}`);
    started = true;
    process.stdout.write(text);
  });
  if (json === true) return printJson(summary);
  printLine("\n");
  printLine(describeSummary(summary));
  printLine(summary.device);
}
