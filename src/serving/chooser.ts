/** @file Who chooses the tokens of a batch: the programs themselves, the sampler on the device, or the host where there is none. */
import { createSampler, type FormatProgress, ruledOutBy } from "../tokens/index.js";
import { GriffinError } from "../support/errors.js";
import {
  DeviceSampler,
  type DrawnSteps,
  type DrawOptions,
  everyToken,
  type RowBeginning,
} from "./device-sampler.js";
import { logprobsOf, type TokenLogprobs } from "./logprobs.js";
import type { LoadedProgram } from "./loaded-program.js";
import type { LoopRun } from "./loop-call.js";
import { LOOP_OUTPUTS } from "./loop-key.js";
import type { ProgramSet } from "./program-set.js";
import { type ChooseOptions, samplerFor } from "./sampler-choice.js";
import { rowsOf, type StepResults } from "./step-results.js";
import { pickOptions } from "../support/options.js";
import { SAMPLING_OPTIONS } from "../tokens/sampling-options.js";

/** What a row is drawn for: its text, its random numbers, and what it is held to. */
export interface ChosenRow extends RowBeginning {
  /** It is told each token of the row before the next is chosen. */
  readonly format: FormatProgress | undefined;
}

/** Close it. */
export interface Chooser extends Disposable {
  /** Steps that may be enqueued beyond the one whose tokens are waited for. */
  readonly ahead: number;
  /** Another text takes a row's place, before the next choice. */
  begin(row: number, text: ChosenRow): Promise<void>;
  /** Chooses the token of each row; the step's results are its own. */
  choose(results: StepResults): Promise<DrawnSteps>;
  /** Several tokens of each row, by a program that draws as this does; absent where the host has a say in each. */
  readonly chooseMany?: (steps: number, run: LoopRun) => Promise<DrawnSteps>;
}

/**
 * Chooses as the options say; the seed is each row's own. Device and host choose the same.
 * @param isHeld whether some text, of these rows or of one that takes a row's place, has a format
 * @param loop the program that will make several tokens in one call, if one will
 * @throws UsageError for options out of range
 */
export async function openChooser(
  model: ProgramSet,
  rows: readonly ChosenRow[],
  options: ChooseOptions,
  isHeld: boolean,
  loop?: LoadedProgram,
): Promise<Chooser> {
  const key = samplerFor(model, rows.length, options, isHeld);
  if (key === undefined) return best;
  const program = await model.sampler(key);
  const drawing = { ...options, logprobs: key.logprobs, isHeld };
  if (program === undefined) return onHost(model, rows, drawing);
  const programs = loop === undefined ? { program } : { program, loop };
  const sampler = await DeviceSampler.create(model, programs, rows, drawing);
  return onDevice(sampler, rows, drawing, model.generation.vocabSize);
}

/** Enough that the device never waits for the host. */
const AHEAD = 3;

/** The best tokens, which programs give themselves. */
const best: Chooser = {
  ahead: AHEAD,
  begin: () => Promise.resolve(),
  choose: async ({ logits, next }) => {
    logits.close();
    return { next, logprobs: undefined };
  },
  chooseMany: async (_steps, run) => {
    const { outputs } = await run({ inputs: new Map(), states: new Map() });
    const { next, tokens } = LOOP_OUTPUTS;
    return { next: outputs.get(next)!, tokens: outputs.get(tokens)!, logprobs: undefined };
  },
  [Symbol.dispose]: () => undefined,
};

function onDevice(
  sampler: DeviceSampler,
  rows: readonly ChosenRow[],
  options: DrawOptions,
  vocabSize: number,
): Chooser {
  const formats = rows.map(({ format }) => format);
  const ruledOut = ruledOutBy(options);
  return {
    ahead: options.isHeld ? 0 : AHEAD,
    begin: (row, text) => {
      formats[row] = text.format;
      return sampler.begin(row, text);
    },
    choose: async ({ logits, next }) => {
      using _ = logits;
      next.close();
      // Found out while the step before, whose logits these are, still runs.
      return await sampler.draw(logits, options.isHeld ? allowedOf(formats, ruledOut, vocabSize) : undefined);
    },
    ...(options.isHeld ? {} : { chooseMany: (steps, run) => sampler.drawMany(steps, run) }),
    [Symbol.dispose]: () => sampler.close(),
  };
}

/** Bits of the tokens that each row may have, [rows, words]. */
function allowedOf(
  formats: readonly (FormatProgress | undefined)[],
  ruledOut: readonly number[],
  vocabSize: number,
): Int32Array<ArrayBuffer> {
  const all = everyToken(formats.length, vocabSize);
  const words = all.length / formats.length;
  for (const [row, format] of formats.entries()) {
    const allowed = format?.allowed(ruledOut);
    if (allowed !== undefined) all.set(allowed, row * words);
  }
  return all;
}

/** Where there is no program that draws: in an artifact of before there were any. */
function onHost(
  { client, generation }: ProgramSet,
  rows: readonly ChosenRow[],
  options: DrawOptions,
): Chooser {
  const { vocabSize } = generation;
  const ruledOut = ruledOutBy(options);
  const begin = ({ prompt, seed, format }: ChosenRow) => ({
    format,
    sample: createSampler({ ...pickOptions(options, SAMPLING_OPTIONS), seed }, prompt),
  });
  const samplers = rows.map(begin);
  const draw = (row: number, logits: Float32Array): number => {
    const { sample, format } = samplers[row]!;
    const allowed = format?.allowed(ruledOut);
    try {
      return sample(logits, allowed);
    } catch (error) {
      // Of this row alone.
      if (error instanceof GriffinError) return -1;
      throw error;
    }
  };
  return {
    ahead: options.isHeld ? 0 : AHEAD,
    begin: async (row, text) => {
      samplers[row] = begin(text);
    },
    choose: async ({ logits, next }) => {
      using _ = logits;
      next.close();
      const values = rowsOf(await logits.toHost(), vocabSize);
      const tokens = values.map((row, i) => draw(i, row));
      const data = Int32Array.from(tokens);
      const drawn = await client.toDevice({ elementType: "i32", dimensions: [values.length, 1], data });
      const { logprobs: count } = options;
      if (count === undefined) return { next: drawn, logprobs: undefined };
      const told = values.map((row, i): TokenLogprobs => logprobsOf(row, tokens[i]!, count));
      return { next: drawn, logprobs: Promise.resolve([told]) };
    },
    [Symbol.dispose]: () => undefined,
  };
}
