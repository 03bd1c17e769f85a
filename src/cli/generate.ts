/** @file griffin generate: continues prompts with a checkpoint or an artifact, token by token. */
import type { ComputeDType } from "../weights/index.js";
import { keyFolder } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { printableLine } from "../support/printable.js";
import { decodeUtf8 } from "../support/utf8.js";
import { formatCount } from "./count.js";
import { type GenerationSummary, type Prompt, readPromptFile } from "../engine/index.js";
import type { Completion, GeneratedToken } from "../serving/index.js";
import { runGeneration } from "./generation.js";
import { chooseDefinitions } from "./model-choice.js";
import { moduleReference } from "./modules/reference.js";
import { cacheOf } from "./cache.js";
import { formatOf } from "./format.js";
import type { CacheFlags, FormatFlags, LoweringFlags, SamplingFlags } from "./options.js";
import type { CommandContext } from "./context.js";
import { promptBound, readInput } from "./read-input.js";
import type { ExitStatus } from "./io.js";

interface Options extends LoweringFlags, CacheFlags, SamplingFlags, FormatFlags {
  readonly model?: string;
  readonly artifact?: string;
  readonly weights?: string;
  readonly publicKey?: string;
  readonly trustExecutables?: boolean;
  readonly allowNonFinite?: boolean;
  readonly prompt?: readonly string[];
  readonly tokens?: readonly (readonly number[])[];
  readonly prompts?: string;
  readonly batch?: number;
  readonly maxNewTokens: number;
  readonly tokensPerCall?: number;
  readonly seed?: number;
  readonly chunk?: number;
  readonly dtype?: ComputeDType;
  readonly capacity?: number;
  readonly plugin: string;
  readonly json?: boolean;
}

export async function runGenerate(
  context: CommandContext,
  sources: readonly string[],
  options: Options,
): Promise<ExitStatus> {
  const { own, stdin } = readSources(sources);
  const prompts = await readPrompts(context, stdin, options);
  const format = await formatOf(context, options);
  const models = await chooseDefinitions(context, own);
  using progress = context.progress();
  const isFile = options.prompts !== undefined;
  const streams = prompts.length === 1 && !isFile && options.json !== true;
  const shows = (row: number) => (typeof prompts[row] === "string" ? "text" : "tokens");
  let first = true;
  const onToken = ({ row, token, text }: GeneratedToken): void => {
    if (!streams) return;
    context.write(shows(row) === "tokens" ? `${first ? "" : ","}${token}` : text);
    first = false;
  };
  const inOrder = eachInOrder<Completion>((completion) => {
    const { row, text, tokens } = completion;
    const made = shows(row) === "tokens" ? tokens.join(",") : text;
    context.printResult(`${context.colors.dim(`[${row}]`)} ${made}`);
  });
  let ended = 0;
  const onCompletion = (completion: Completion): void => {
    ended += 1;
    // On a terminal the texts themselves say how far it is.
    if (isFile && (options.json === true || context.columns === undefined))
      progress.update("generate", `${ended} of ${prompts.length} prompts`);
    if (!streams && options.json !== true) inOrder(completion.row, completion);
  };
  const cache = cacheOf(context, options, progress);
  const request = {
    ...options,
    prompts,
    format,
    cache,
    keyFolder: keyFolder(context.env),
    batch: options.batch ?? (isFile && options.artifact === undefined ? DEFAULT_BATCH : undefined),
    onToken,
    onCompletion,
  };
  const summary = await runGeneration(context, { ...request, models }, progress);
  progress.done();
  const isWhole = summary.rows.every(({ complete }) => complete !== false);
  if (options.json === true) {
    context.printJson(summary);
    return isWhole ? 0 : 1;
  }
  if (streams) context.print();
  context.printError(context.colors.dim(printableLine(describeSummary(summary))));
  context.printError(context.colors.dim(summary.device));
  if (isWhole) return 0;
  for (const line of cutOff(summary)) context.printError(line);
  return 1;
}

/** Prompts of a file side by side; an artifact has a number of its own. */
const DEFAULT_BATCH = 8;

/** Shows what comes in any order in the order of its numbers, each as soon as those before it are there. */
function eachInOrder<T>(show: (item: T) => void): (index: number, item: T) => void {
  const waiting = new Map<number, T>();
  let next = 0;
  return (index, item) => {
    waiting.set(index, item);
    for (let found = waiting.get(next); found !== undefined; found = waiting.get(next)) {
      waiting.delete(next);
      next += 1;
      show(found);
    }
  };
}

/** What words stand for: standard input, and a module's model. @throws UsageError for others */
function readSources(words: readonly string[]): {
  readonly own: string | undefined;
  readonly stdin: boolean;
} {
  const [own, ...others] = words.filter((word) => moduleReference(word) !== undefined);
  const unknown = others[0] ?? words.find((word) => word !== own && word !== "-");
  if (unknown === undefined) return { own, stdin: words.includes("-") };
  throw new UsageError({
    message: `unexpected argument "${unknown}"`,
    hint: `did you mean --prompt ${JSON.stringify(unknown)}?`,
  });
}

async function readPrompts(
  context: CommandContext,
  stdin: boolean,
  { prompt, tokens, prompts }: Options,
): Promise<readonly Prompt[]> {
  const given = [stdin || undefined, prompt, tokens, prompts].filter((way) => way !== undefined);
  if (given.length !== 1) {
    throw new UsageError({
      message: given.length === 0 ? "nothing to continue" : "prompts are given in several ways",
      expected: "one of --prompt TEXT, --tokens IDS, --prompts FILE, or - for standard input",
    });
  }
  if (tokens !== undefined) return tokens;
  if (prompts !== undefined) return readPromptFile(prompts);
  const texts = prompt ?? [await readStandardInput(context)];
  if (texts.includes("")) {
    throw new UsageError({ message: "the prompt is empty", expected: "at least one character" });
  }
  return texts;
}

/** All of stdin, without the line end that `echo` adds. @throws UsageError for what is no UTF-8, or too long */
async function readStandardInput(context: CommandContext): Promise<string> {
  return decodeUtf8(await readInput(context, "-", promptBound), "<stdin>").replace(/\r?\n$/, "");
}

/** What is not of its format. */
const cutOff = ({ rows }: GenerationSummary): readonly string[] =>
  rows.flatMap(({ complete, tokens }, row) => {
    if (complete !== false) return [];
    const which = rows.length === 1 ? "the text" : `text ${row}`;
    return [`${which} is not complete: it was cut off after ${tokens.length} tokens (--max-new-tokens)`];
  });

/** `64 tokens, 812 tokens/s, 1.29M parameters in f32, scan sequential, attention banded ...`. */
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
    ...(strategies === "" ? [] : [strategies]),
  ].join(", ");
}

const formatRate = (rate: number): string => (rate < 100 ? rate.toFixed(1) : Math.round(rate).toString());
