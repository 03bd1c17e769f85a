/** @file Prompts in; tokens one by one, then the whole of it in figures. */
import type { Environment } from "../support/environment.js";
import { longestOf } from "../support/longest.js";
import {
  batchOf,
  type Completion,
  completions,
  DEFAULT_NEW_TOKENS,
  type GeneratedToken,
  type GenerateOptions,
  generate,
  decodingProgram,
  loopFor,
  newTokensAfter,
  type ProgramSet,
  readingPrograms,
} from "../serving/index.js";
import { beginFormat, type Format } from "../tokens/index.js";
import type { ComputeDType } from "../weights/index.js";
import { describeDevice, type DeviceEvent, openDevice } from "./open-device.js";
import { encodePrompts, type Prompt } from "./prompts.js";
import type { ModelSource, SourceOptions } from "./source.js";
import { type OptionNames, checkOptions, withoutOptions, pickOptions } from "../support/options.js";
import { GENERATE_OPTIONS } from "../serving/generate.js";
import { SOURCE_OPTIONS } from "./source.js";

/** What is continued, where, and how. */
export interface GenerationRequest
  extends Omit<GenerateOptions, "tokenizer" | "eosIds">,
    Omit<SourceOptions, "target"> {
  readonly prompts: readonly Prompt[];
  /** Name or path of the PJRT plugin to run on, fetched if it can be and is missing. */
  readonly plugin: string;
  /** Variables that say where plugins are; this process's by default. */
  readonly env?: Environment | undefined;
  /** Is told every new token as it is made. */
  readonly onToken?: ((token: GeneratedToken) => void) | undefined;
  /** Is told every text as it ends. */
  readonly onCompletion?: ((completion: Completion) => void) | undefined;
  readonly onDevice?: ((event: DeviceEvent) => void) | undefined;
  /** Is told what is worth a note about the model: tensors that were ignored, executables that do not fit. */
  readonly onNote?: ((note: string) => void) | undefined;
}

export const GENERATION_REQUEST: OptionNames<GenerationRequest> = {
  ...withoutOptions(GENERATE_OPTIONS, "tokenizer", "eosIds"),
  ...withoutOptions(SOURCE_OPTIONS, "target"),
  prompts: true,
  plugin: true,
  env: true,
  onToken: true,
  onCompletion: true,
  onDevice: true,
  onNote: true,
};

/** One prompt and what came after it. */
export interface Continuation extends Omit<Completion, "row"> {
  readonly prompt: readonly number[];
}

/** A generation in figures. */
export interface GenerationSummary {
  readonly rows: readonly Continuation[];
  /** Over all rows, without the first two steps of the batch, which may compile; undefined when nothing is left to measure. */
  readonly tokensPerSecond: number | undefined;
  readonly dtype: ComputeDType;
  readonly parameters: number;
  /** How those ops of its programs that have strategies were lowered, or which artifact it was. */
  readonly strategies: string;
  /** Plugin, versions and device. */
  readonly device: string;
}

/**
 * Continues prompts side by side on a plugin's first device. Prompts are checked before the plugin is looked for, and all programs that
 * will run are made ready before the first token.
 * @throws GriffinError for whatever does not fit; AbortedError by the request's signal
 */
export async function continuePrompts(
  source: ModelSource,
  request: GenerationRequest,
): Promise<GenerationSummary> {
  checkOptions("continuePrompts", request, GENERATION_REQUEST);
  const { env, signal, onDevice, onNote } = request;
  const { tokenizer, prompts } = await encodePrompts(request.prompts, source, request);
  // What cannot be held to is told before a device is opened.
  for (const format of [request.format].flat() as readonly (Format | undefined)[])
    if (format !== undefined) await beginFormat(format, tokenizer!, source.vocabSize, []);
  await using device = await openDevice(request.plugin, { env, signal, onEvent: onDevice });
  const longest = longestOf(prompts);
  const capacity =
    request.capacity ?? source.capacityFor(longest + (request.maxNewTokens ?? DEFAULT_NEW_TOKENS));
  const loaded = await source.load(device.client, { ...pickOptions(request, SOURCE_OPTIONS), capacity });
  using model = loaded.model;
  for (const note of loaded.notes) onNote?.(note);
  await makeReady(model, prompts, request);
  const collected = await collect(
    generate(model, prompts, { ...pickOptions(request, GENERATE_OPTIONS), tokenizer }),
    prompts,
    request,
  );
  return {
    ...collected,
    dtype: model.dtype,
    parameters: source.parameters,
    strategies: loaded.describe(),
    device: describeDevice(device),
  };
}

/** Makes ready what the generation will run, so that the stream of tokens does not stop for it. */
async function makeReady(
  model: ProgramSet,
  prompts: readonly (readonly number[])[],
  request: GenerationRequest,
): Promise<void> {
  const { generation } = model;
  const { chunk = model.chunk, batch: asked } = request;
  const { maxNewTokens = newTokensAfter(generation, longestOf(prompts), DEFAULT_NEW_TOKENS) } = request;
  const batch = batchOf(model, prompts.length, asked);
  for (let from = 0; from < prompts.length; from += batch) {
    const longest = longestOf(prompts.slice(from, from + batch));
    for (const key of readingPrograms(generation, { batch, chunk }, longest)) await model.ready(key);
  }
  const isHeld = [request.format].flat().some((format) => format !== undefined);
  const rows = { batch, maxNewTokens, isHeld, eosIds: generation.eosIds };
  const loop = await loopFor(model, rows, request);
  const stepsAlone = loop === undefined || prompts.length > batch;
  if (maxNewTokens > 1 && stepsAlone) await model.ready(decodingProgram(generation, batch));
}

async function collect(
  tokens: AsyncIterable<GeneratedToken>,
  prompts: readonly (readonly number[])[],
  { onToken, onCompletion }: GenerationRequest,
): Promise<Pick<GenerationSummary, "rows" | "tokensPerSecond">> {
  const rows: Continuation[] = [];
  let [measured, ms, last] = [0, 0, 0];
  async function* told() {
    for await (const next of tokens) {
      if (next.step >= 2) {
        measured += 1;
        if (next.step > last) ms += next.ms;
        last = next.step;
      }
      onToken?.(next);
      yield next;
    }
  }
  for await (const completion of completions(told())) {
    const { row, ...made } = completion;
    rows[row] = { prompt: prompts[row]!, ...made };
    onCompletion?.(completion);
  }
  return { rows, tokensPerSecond: measured === 0 ? undefined : (measured / ms) * 1000 };
}
