/** @file Text generation: an async iterator over the tokens of one or several prompts. */
import { UsageError } from "../support/errors.js";
import { expectGiven, hasMethods, shown } from "../support/given.js";
import { longestOf } from "../support/longest.js";
import {
  AbortedError,
  abortedError,
  type WaitOptions,
  waitFor,
  waitLeft,
  WAIT_OPTIONS,
} from "../support/wait.js";
import {
  beginFormat,
  checkPrompt,
  checkTexts,
  createContinuation,
  notFinite,
  checkStops,
  samplingSettings,
  StreamingDecoder,
  type Finished,
  type Format,
  type FormatProgress,
  type Tokenizer,
} from "../tokens/index.js";
import { BatchRows, firstRows, type RunningText } from "./batch-rows.js";
import { checkCapacity, newTokensAfter } from "./capacity.js";
import { type ChosenRow, openChooser } from "./chooser.js";
import { expectCount, expectModel } from "./given.js";
import { decodingProgram } from "./generation-programs.js";
import type { TokenLogprobs } from "./logprobs.js";
import { LoopCall } from "./loop-call.js";
import { type Loop, loopFor, type LoopOptions, LOOP_OPTIONS } from "./loop-choice.js";
import type { ProgramSet } from "./program-set.js";
import { type ChooseOptions, CHOOSE_OPTIONS } from "./sampler-choice.js";
import { MOST_LOGPROBS } from "./sampler-key.js";
import { tokenSteps, type TokenStep } from "./token-steps.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** Tokens made per prompt, unless another number is asked for. */
export const DEFAULT_NEW_TOKENS = 128;

/** What is made of each prompt, and when it ends. */
export interface GenerateOptions extends ChooseOptions, LoopOptions, WaitOptions {
  /** Tokens to make per prompt; default 128, or as many as the model holds beside the longest prompt. */
  readonly maxNewTokens?: number | undefined;
  /**
   * Rows of the batch; default: as many as prompts, or as an artifact was exported for. Of more prompts, the next one takes the row of a
   * text that ends; meanwhile the states of two batches are held.
   */
  readonly batch?: number | undefined;
  /** Longest chunk in which prompts are read, in tokens; default: the model's. */
  readonly chunk?: number | undefined;
  /** Any of these ends a sequence; default: the model's own. */
  readonly eosIds?: readonly number[] | undefined;
  /** Texts that end a sequence, across the borders of tokens too; they are no part of its text. Needs a tokenizer. */
  readonly stop?: readonly string[] | undefined;
  /**
   * What texts are to be, of all prompts or of each: other tokens are not chosen, and a text ends where it is complete. Needs a tokenizer.
   * One that `maxNewTokens` cuts off is not `complete`.
   */
  readonly format?: Format | readonly (Format | undefined)[] | undefined;
  /** Turns tokens into text; without one, texts stay empty. */
  readonly tokenizer?: Tokenizer | undefined;
}

export const GENERATE_OPTIONS: OptionNames<GenerateOptions> = {
  ...CHOOSE_OPTIONS,
  ...LOOP_OPTIONS,
  ...WAIT_OPTIONS,
  maxNewTokens: true,
  batch: true,
  chunk: true,
  eosIds: true,
  stop: true,
  format: true,
  tokenizer: true,
};

/** One token of one sequence. */
export interface GeneratedToken {
  /** Which prompt it continues. */
  readonly row: number;
  /** In which step of the batch it was made, from 0. */
  readonly step: number;
  readonly token: number;
  /** The text that became certain with it. */
  readonly text: string;
  /** Why the sequence ends with it, if it does. */
  readonly finished: Finished | undefined;
  /** With the last token, where a format was asked for: whether the whole text is of it. */
  readonly complete?: boolean;
  /** Where `logprobs` asks for them. */
  readonly logprobs?: TokenLogprobs | undefined;
  /**
   * Time since the tokens of the step before were there, in ms; of step 0: since the prompts were given. Of tokens that were made in one call, an
   * even part of the time since the call before.
   */
  readonly ms: number;
}

/**
 * Continues prompts (token ids, bos included) side by side; each gives what it would give alone. Tokens come as they are
 * made, one per unfinished row and step. Prompt i draws with seed + i. Tokens go from step to step on the device, drawn ones too,
 * which works ahead of the caller by a few steps; an artifact without programs that draw does so on the host, the same tokens. Where it pays
 * (`tokensPerCall`), one call makes several tokens of each row, the same ones, and they come together.
 * Caches that grow have room for the longest text alone, where the model was not loaded for a capacity.
 * What is held to a format is made step by step, as each token says which may follow.
 * A text whose logits are not finite ends; the others go on, and the error that names it comes after their last token.
 * @throws UsageError for an empty prompt, ids outside of the vocabulary, options out of range, more tokens than the model holds of a
 * sequence; GriffinError for logits that are not finite; AbortedError when the signal or the time for all tokens ends it: what is on its way to the device is freed when it comes
 */
export async function* generate(
  given: ProgramSet,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions = {},
): AsyncGenerator<GeneratedToken, void, void> {
  checkOptions("generate", options, GENERATE_OPTIONS);
  expectModel("generate", given);
  checkTexts("generate", prompts);
  for (const prompt of prompts) checkPrompt(prompt, given.generation.vocabSize);
  const longest = longestOf(prompts);
  const {
    maxNewTokens = newTokensAfter(given.generation, longest, DEFAULT_NEW_TOKENS),
    eosIds = given.generation.eosIds,
    seed = 0,
    chunk,
  } = options;
  checkRequest(given, prompts, { ...options, maxNewTokens });
  const model = given.forTokens?.(longest + maxNewTokens) ?? given;
  const formats = await formatsOf(model, prompts, { ...options, eosIds });
  const texts = prompts.map((prompt, index): RunningText => {
    return { index, prompt, seed: seed + index, format: formats[index], hasEnded: false };
  });
  const continuations = formats.map((format) => {
    const decoder = options.tokenizer === undefined ? undefined : new StreamingDecoder(options.tokenizer);
    return createContinuation({ decoder, format, eosIds, maxNewTokens, stop: options.stop });
  });
  const batch = batchOf(model, prompts.length, options.batch);
  const isHeld = formats.some(isDefined);
  const loop = await loopFor(model, { batch, maxNewTokens, isHeld, eosIds }, options);
  using many = loop === undefined ? undefined : await LoopCall.open(model, loop);
  using rows = new BatchRows(model, texts, { batch, maxNewTokens, chunk, loop: many });
  const steps = chosenTokens(rows, firstRows(model, texts, batch), options, { isHeld, loop });
  const failed = new Set<number>();
  let unfinished = prompts.length;
  const startedAt = performance.now();
  let underWay = false;
  try {
    for (let before = startedAt, each = 0, count = 0; unfinished > 0; count++) {
      // Looked at here too: a step that is there already would win against any timer.
      const left = waitLeft("generate", startedAt, options);
      const next = () => {
        underWay = true;
        return steps.next().finally(() => {
          underWay = false;
        });
      };
      const step = await waitFor("generate", left, next).catch((error: unknown) => {
        throw error instanceof AbortedError
          ? abortedError("generate", startedAt, options, error.details.hint)
          : error;
      });
      if (step.done === true) break;
      const { column, columns } = step.value;
      if (column === 0) {
        const now = performance.now();
        each = (now - before) / columns;
        before = now;
      }
      for (const [row, text] of step.value.texts.entries()) {
        if (text === undefined || text.hasEnded) continue;
        const token = step.value.tokens[row]!;
        const { index } = text;
        const made = token < 0 ? undefined : continuations[index]!(token);
        text.hasEnded = made === undefined || made.finished !== undefined;
        if (text.hasEnded) unfinished -= 1;
        if (made === undefined) failed.add(index);
        else {
          const logprobs = step.value.logprobs?.[row];
          const told = logprobs === undefined ? {} : { logprobs };
          yield { row: index, step: count, ...made, ...told, ms: each };
        }
      }
    }
  } finally {
    // The step that was given up begins nothing more on sessions that are closed; what it holds goes when it comes.
    if (underWay) {
      rows.close();
      steps.return().catch(() => undefined);
    } else await steps.return();
  }
  if (failed.size > 0) throw notFinite("no token to choose", rowsOf(failed, prompts.length));
}

/** A token of each row, step by step, as the options choose. */
async function* chosenTokens(
  rows: BatchRows,
  first: readonly ChosenRow[],
  options: GenerateOptions,
  { isHeld, loop }: { readonly isHeld: boolean; readonly loop: Loop | undefined },
): AsyncGenerator<TokenStep, void, void> {
  using chooser = await openChooser(rows.model, first, options, isHeld, loop?.program);
  // While one call runs, the next is there already.
  yield* tokenSteps(rows, chooser, { ahead: loop === undefined ? chooser.ahead : 1 });
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

/**
 * Rows of the batch in which so many prompts are continued: as many, and no more than are asked for; where there are no programs for that
 * number, as many as are asked for, or as the model has programs for.
 */
export function batchOf(model: ProgramSet, prompts: number, batch: number | undefined): number {
  const fewest = Math.min(batch ?? prompts, prompts);
  if (model.has(decodingProgram(model.generation, fewest))) return fewest;
  return batch ?? model.batch ?? fewest;
}

/** What each row is held to, at its beginning. @throws UsageError */
async function formatsOf(
  { generation }: ProgramSet,
  prompts: readonly (readonly number[])[],
  { format, tokenizer, eosIds = [] }: GenerateOptions,
): Promise<readonly (FormatProgress | undefined)[]> {
  const list = isList(format) ? format : prompts.map(() => format);
  if (list.length !== prompts.length) {
    throw new UsageError({
      message: "the list of formats is not as long as that of the prompts",
      expected: `${prompts.length} formats, or one for all`,
      got: String(list.length),
    });
  }
  const begin = async (each: Format | undefined) => {
    if (each === undefined) return undefined;
    if (tokenizer !== undefined) return beginFormat(each, tokenizer, generation.vocabSize, eosIds);
    throw new UsageError({
      message: "a format needs a tokenizer: without one there is no text that has it",
      hint: "give generate the checkpoint's tokenizer",
    });
  };
  return Promise.all(list.map(begin));
}

const isList = (format: GenerateOptions["format"]): format is readonly (Format | undefined)[] =>
  Array.isArray(format);

/** The rows that failed, in words, where there are others. */
function rowsOf(failed: ReadonlySet<number>, rows: number): string | undefined {
  if (rows === 1) return undefined;
  return `row ${[...failed].join(", row ")} of 0 to ${rows - 1}`;
}

function checkRequest(
  { generation }: ProgramSet,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions & { readonly maxNewTokens: number },
): void {
  const { maxNewTokens, logprobs = 0, eosIds = [], stop = [], tokenizer, batch = 1, seed = 0 } = options;
  if (prompts.length === 0) throw new UsageError({ message: "no prompts given" });
  expectCount("max new tokens", maxNewTokens);
  expectCount("the batch", batch);
  const isIds = Array.isArray(eosIds) && !Array.from(eosIds).some((id) => !Number.isSafeInteger(id));
  expectGiven(isIds, eosIds, { by: "generate", what: "eosIds", expected: "a list of token ids" });
  expectGiven(tokenizer === undefined || hasMethods(tokenizer, "decode"), tokenizer, {
    by: "generate",
    what: "tokenizer",
    expected: "a tokenizer, such as loadTokenizer gives",
  });
  samplingSettings(options);
  if (Number.isSafeInteger(seed) && !Number.isSafeInteger(seed + (prompts.length - 1))) {
    throw new UsageError({
      message: "seed is out of range: prompt i draws with seed + i",
      expected: `an integer from 0 to 2^53 - ${prompts.length}`,
      got: String(seed),
    });
  }
  if (!Number.isInteger(logprobs) || logprobs < 0 || logprobs > MOST_LOGPROBS) {
    throw new UsageError({
      message: "logprobs is out of range",
      expected: `best tokens to tell, 0 to ${MOST_LOGPROBS}`,
      got: shown(logprobs),
    });
  }
  checkStops(stop);
  if (stop.length > 0 && tokenizer === undefined) {
    throw new UsageError({
      message: "stop strings need a tokenizer: without one there is no text to find them in",
      hint: "give generate the checkpoint's tokenizer, or eosIds",
    });
  }
  // The last token that is made is not read.
  checkCapacity(
    generation,
    prompts.map(({ length }) => length + maxNewTokens - 1),
  );
}
