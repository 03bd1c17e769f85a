/** @file griffin demo: the whole way once, with the checkpoint that comes with the package. `npm start` runs it. */
import { demoFolder } from "../support/package.js";
import type { GeneratedToken } from "../serving/index.js";
import { describeSummary } from "./generate.js";
import { runGeneration } from "./generation.js";
import { cacheOf } from "./cache.js";
import type { CacheFlags } from "./options.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";

/** Drawn rather than best tokens: greedy decoding of so small a model soon repeats itself. The seed makes it the same each time. */
const SAMPLING = { temperature: 0.6, seed: 1 };

interface Options extends CacheFlags {
  readonly prompt: string;
  readonly maxNewTokens: number;
  readonly plugin: string;
  readonly json?: boolean;
}

export async function runDemo(context: CommandContext, options: Options): Promise<ExitStatus> {
  const { prompt, maxNewTokens, plugin, json } = options;
  using progress = context.progress();
  const prompts = [prompt];
  const models = await context.models.load();
  const cache = cacheOf(context, options, progress);
  let started = false;
  const onToken = ({ text }: GeneratedToken): void => {
    if (json === true) return;
    if (!started) context.write(`\n${context.colors.bold(prompt)}`);
    started = true;
    context.write(text);
  };
  const request = { model: demoFolder, plugin, prompts, maxNewTokens, cache, onToken, models, ...SAMPLING };
  const summary = await runGeneration(context, request, progress);
  if (json === true) {
    context.printJson(summary);
    return 0;
  }
  context.print("\n");
  context.print(describeSummary(summary));
  context.print(summary.device);
  return 0;
}
