/** @file griffin generate: continues prompts with a checkpoint or an artifact, token by token. */
import { Command } from "commander";
import pc from "picocolors";
import type { ComputeDType } from "../../models/griffin.js";
import { UsageError } from "../support/errors.js";
import { formatCount } from "./count.js";
import { type GenerationSummary, type Prompt, runGeneration } from "./generation.js";
import {
  addCacheOption,
  addLoweringOptions,
  addPluginOption,
  type CacheFlags,
  cacheOf,
  decimalNumber,
  type LoweringFlags,
  oneOf,
  parseTokenIds,
  repeated,
  wholeNumber,
} from "./options.js";
import { printJson, printLine } from "./output.js";
import { Progress } from "./progress.js";

interface Options extends LoweringFlags, CacheFlags {
  readonly model?: string;
  readonly artifact?: string;
  readonly weights?: string;
  readonly prompt?: readonly string[];
  readonly tokens?: readonly (readonly number[])[];
  readonly maxNewTokens: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly chunk?: number;
  readonly dtype?: ComputeDType;
  readonly plugin: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  griffin generate --model golden/demo-kjv --prompt "In the beginning"
  griffin generate --model golden/demo-kjv --prompt "And God said" --temperature 0.8 --top-k 40 --seed 7
  griffin generate --model DIR --prompt "one" --prompt "two" --max-new-tokens 32      two prompts in one batch
  echo "And it came to pass" | griffin generate --model golden/demo-kjv -
  griffin generate --artifact kjv --prompt "In the beginning"      after griffin export --model golden/demo-kjv -o kjv
  griffin generate --model DIR --tokens 2,17,5 --json`;

export function generateCommand(): Command {
  const command = new Command("generate")
    .description("continue prompts with a checkpoint or an artifact, token by token")
    .argument("[-]", "read the prompt from standard input")
    .option("--model <dir>", "folder with config.json, model.safetensors (or shards) and tokenizer.json")
    .option("--artifact <path>", "instead of a model: what griffin export wrote, a folder or .zip")
    .option("--weights <dir>", "with --artifact: model folder whose weights it takes instead of its own")
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
    .option("--max-new-tokens <n>", "tokens to make per prompt", wholeNumber("--max-new-tokens", 1), 128)
    .option(
      "--temperature <t>",
      "0 takes the best token (default, unless --top-k or --top-p)",
      decimalNumber("--temperature"),
    )
    .option("--top-k <k>", "draw from the k best tokens", wholeNumber("--top-k", 1))
    .option(
      "--top-p <p>",
      "draw from the best tokens with this probability together",
      decimalNumber("--top-p"),
    )
    .option(
      "--seed <s>",
      "same seed, same text; prompt r of a batch draws with seed + r",
      wholeNumber("--seed", 0),
    )
    .option(
      "--chunk <tokens>",
      "longest piece in which prompts are read (default: 256, or the artifact's)",
      wholeNumber("--chunk", 1),
    )
    .option(
      "--dtype <type>",
      "compute in f32, bf16, f16 (default: the checkpoint's)",
      oneOf("--dtype", ["f32", "bf16", "f16"] as const),
    );
  return addCacheOption(addLoweringOptions(addPluginOption(command)))
    .addHelpText("after", EXAMPLES)
    .action(run);
}

async function run(source: string | undefined, options: Options): Promise<void> {
  const prompts = await readPrompts(source, options);
  using progress = new Progress();
  const streams = prompts.length === 1 && options.json !== true;
  const asIds = options.tokens !== undefined;
  let first = true;
  const summary = await runGeneration(
    { ...options, prompts, cache: cacheOf(options) },
    progress,
    ({ token, text }) => {
      if (!streams) return;
      process.stdout.write(asIds ? `${first ? "" : ","}${token}` : text);
      first = false;
    },
  );
  if (options.json === true) return printJson(summary);
  if (streams) printLine();
  for (const [row, { text, tokens }] of streams ? [] : summary.rows.entries()) {
    printLine(`${pc.dim(`[${row}]`)} ${asIds ? tokens.join(",") : text}`);
  }
  console.error(pc.dim(describeSummary(summary)));
  console.error(pc.dim(summary.device));
}

async function readPrompts(
  source: string | undefined,
  { prompt, tokens }: Options,
): Promise<readonly Prompt[]> {
  if (source !== undefined && source !== "-") {
    throw new UsageError({
      message: `unexpected argument "${source}"`,
      hint: `did you mean --prompt ${JSON.stringify(source)}?`,
    });
  }
  const given = [source, prompt, tokens].filter((way) => way !== undefined);
  if (given.length !== 1) {
    throw new UsageError({
      message: given.length === 0 ? "nothing to continue" : "prompts are given in several ways",
      expected: "one of --prompt TEXT, --tokens IDS, or - for standard input",
    });
  }
  if (tokens !== undefined) return tokens.map((ids) => ({ tokens: ids }));
  const texts = prompt ?? [await readStandardInput()];
  if (texts.includes("")) {
    throw new UsageError({ message: "the prompt is empty", expected: "at least one character" });
  }
  return texts.map((text) => ({ text }));
}

/** All of stdin, without the line end that `echo` adds. */
async function readStandardInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

/** `64 tokens, 812 tokens/s, 1.29M parameters in f32, scan sequential, attention banded`. */
export function describeSummary({
  rows,
  tokensPerSecond,
  dtype,
  parameters,
  strategies,
}: GenerationSummary): string {
  const count = rows.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return [
    `${count} tokens`,
    ...(tokensPerSecond === undefined ? [] : [`${formatRate(tokensPerSecond)} tokens/s`]),
    `${formatCount(parameters)} parameters in ${dtype}`,
    strategies,
  ].join(", ");
}

const formatRate = (rate: number): string => (rate < 100 ? rate.toFixed(1) : Math.round(rate).toString());
