/** @file A model and prompts in; tokens one by one, then figures out: what `generate` and `demo` share. */
import { encodePrompts, type Prompt } from "../engine/index.js";
import type { FloatType } from "../weights/index.js";
import {
  DEFAULT_NEW_TOKENS,
  type GeneratedToken,
  type GenerateOptions,
  generate,
  decodingProgram,
  type ProgramSet,
  readingPrograms,
} from "../serving/index.js";
import type { CommandContext } from "./context.js";
import { describeDevice, openDevice } from "./device.js";
import { modelCallbacks } from "./model-progress.js";
import { openSource, type SourceRequest } from "./model-source.js";
import type { Progress } from "./progress.js";

export interface GenerationRequest
  extends Omit<GenerateOptions, "tokenizer" | "eosIds" | "signal">,
    SourceRequest {
  /** Name or path. */
  readonly plugin: string;
  readonly prompts: readonly Prompt[];
}

/** One prompt and what came after it. */
export interface Continuation {
  readonly prompt: readonly number[];
  readonly tokens: readonly number[];
  readonly text: string;
  readonly finished: "eos" | "length" | undefined;
}

/** A generation in figures. */
export interface GenerationSummary {
  readonly rows: readonly Continuation[];
  /** Over all rows, without the first step of decoding, which may compile; undefined when nothing is left to measure. */
  readonly tokensPerSecond: number | undefined;
  readonly dtype: FloatType;
  readonly parameters: number;
  /** How scans and attention were lowered for the prompt, or which artifact it was. */
  readonly strategies: string;
  /** Plugin, versions and device. */
  readonly device: string;
}

/**
 * Continues the prompts on a plugin's first device and calls `onToken` for every new token as it is made. Model and prompts are
 * checked before the plugin is looked for. @throws GriffinError for whatever does not fit; AbortedError by the context's signal
 */
export async function runGeneration(
  context: CommandContext,
  request: GenerationRequest,
  progress: Progress,
  onToken: (token: GeneratedToken) => void,
): Promise<GenerationSummary> {
  const { signal } = context;
  await using source = await openSource(request, await context.models.load());
  const { tokenizer, prompts } = await encodePrompts(request.prompts, source);
  await using device = await openDevice(context, request.plugin, progress);
  const { model: loaded, notes } = await source.load(device.client, {
    ...request,
    ...modelCallbacks(progress),
    signal,
  });
  using model = loaded;
  for (const note of notes) progress.note(note);
  await prepareRun(model, prompts, request);
  const collected = await collect(
    generate(model, prompts, { ...request, tokenizer, signal }),
    prompts,
    onToken,
  );
  return {
    ...collected,
    dtype: model.dtype,
    parameters: source.parameters,
    strategies: source.describe(device.client, request),
    device: describeDevice(device),
  };
}

/** Makes ready what the generation will run, so that the stream of tokens does not stop for it. */
async function prepareRun(
  model: ProgramSet,
  prompts: readonly (readonly number[])[],
  { chunk = model.chunk, maxNewTokens = DEFAULT_NEW_TOKENS }: GenerationRequest,
): Promise<void> {
  const { generation } = model;
  const batch = prompts.length;
  const longest = Math.max(...prompts.map((prompt) => prompt.length));
  for (const key of readingPrograms(generation, { batch, chunk }, longest)) await model.ready(key);
  if (maxNewTokens > 1) await model.ready(decodingProgram(generation, batch));
}

async function collect(
  tokens: AsyncIterable<GeneratedToken>,
  prompts: readonly (readonly number[])[],
  onToken: (token: GeneratedToken) => void,
): Promise<Pick<GenerationSummary, "rows" | "tokensPerSecond">> {
  const rows = prompts.map((prompt) => ({
    prompt,
    tokens: [] as number[],
    text: "",
    finished: undefined as Continuation["finished"],
  }));
  const stepMs = new Map<number, number>();
  let measured = 0;
  for await (const next of tokens) {
    const row = rows[next.row]!;
    const step = row.tokens.length;
    if (step >= 2) {
      stepMs.set(step, next.ms);
      measured += 1;
    }
    row.tokens.push(next.token);
    row.text += next.text;
    row.finished = next.finished;
    onToken(next);
  }
  const ms = [...stepMs.values()].reduce((sum, each) => sum + each, 0);
  return { rows, tokensPerSecond: measured === 0 ? undefined : (measured / ms) * 1000 };
}
