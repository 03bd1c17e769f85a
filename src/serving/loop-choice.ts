/** @file Whether several tokens are made in one call, and by which program. */
import { UsageError } from "../support/errors.js";
import type { LoadedProgram } from "./loaded-program.js";
import { MOST_TOKENS_PER_CALL } from "./loop-key.js";
import type { ProgramSet } from "./program-set.js";
import { samplerFor, type ChooseOptions } from "./sampler-choice.js";
import type { OptionNames } from "../support/options.js";

/** How many tokens of each row are made in one call. */
export interface LoopOptions {
  /**
   * Tokens of each row that one call to the device makes, at most, 1 to 256: they come together. A text that is held to a format, or whose
   * tokens the host draws, is made token by token. Default: by what the model's device gains (`ProgramSet.tokensPerCall`), for
   * texts so long that it pays to make the program.
   */
  readonly tokensPerCall?: number | undefined;
}

export const LOOP_OPTIONS: OptionNames<LoopOptions> = {
  tokensPerCall: true,
};

/**
 * Texts that may have fewer new tokens are made token by token unless something else is asked for, where the program has to be made first: of the
 * demo model it takes the compiler 0.1 to 0.5 s longer than `decode`, and a token by it 0.8 ms less (1,800 a second by 16 a call, 570 to 780 one by
 * one; 2026-11-27, two cores with nothing else to do).
 */
export const FEWEST_LOOPED_TOKENS = 400;

/** The largest number of tokens a call that a model is given without being asked for. */
const USUAL = 16;

/** Bytes of weights that a processor reads in a tenth of a second: tokens that come together later than that are seen to come in bursts. */
const BYTES_IN_A_BURST = 1e9;

/**
 * Tokens of each row that one call makes, unless somebody asks for another number: as many as come within a tenth of a second, a power of two.
 * Measured where the device is the host's processor (bench/sessions), where a launch costs about as much as a step of a small model: with a
 * model of 5 MB 16 tokens a call are made 5 times as fast as one by one, 8 rows 1.2 times; with one of 350 MB a tenth faster. Elsewhere 1: not
 * measured there.
 * @param isHost whether the device is the host's processor
 */
export function usualTokensPerCall(isHost: boolean, parameterBytes: number): number {
  if (!isHost) return 1;
  const most = Math.min(USUAL, BYTES_IN_A_BURST / Math.max(1, parameterBytes));
  return most < 2 ? 1 : 2 ** Math.floor(Math.log2(most));
}

/** A program that makes several tokens of each row in one call, and what ends a row. */
export interface Loop {
  readonly program: LoadedProgram;
  readonly eosIds: readonly number[];
}

/**
 * The program for a generation; undefined where its tokens are made one by one.
 * @throws UsageError for a number out of range, sampling options out of range, and where more tokens a call than one are asked for of an artifact
 * that has no program for them
 */
export async function loopFor(
  model: ProgramSet,
  {
    batch,
    maxNewTokens,
    isHeld,
    eosIds,
  }: {
    readonly batch: number;
    readonly maxNewTokens: number;
    readonly isHeld: boolean;
    readonly eosIds: readonly number[];
  },
  options: ChooseOptions & LoopOptions,
): Promise<Loop | undefined> {
  const { tokensPerCall: asked } = options;
  if (asked !== undefined) checkTokensPerCall(asked);
  const usual = maxNewTokens >= model.fewestLoopedTokens ? model.tokensPerCall : 1;
  const steps = asked ?? usual;
  if (steps === 1 || isHeld || maxNewTokens === 1) return undefined;
  const sampler = samplerFor(model, batch, options, isHeld);
  if (sampler !== undefined && (await model.sampler(sampler)) === undefined) return undefined;
  const program = await model.loop({ batch, steps, sampler });
  if (program !== undefined) return { program, eosIds };
  if (asked === undefined) return undefined;
  throw new UsageError({
    message: "the artifact has no program that makes several tokens in one call",
    expected: `one of at most ${asked} tokens, for ${batch} ${batch === 1 ? "row" : "rows"}`,
    hint: "export it with --tokens-per-call, or leave it out here: tokens are made one by one then",
  });
}

/** @throws UsageError for a number out of range */
export function checkTokensPerCall(asked: number): void {
  if (Number.isSafeInteger(asked) && asked >= 1 && asked <= MOST_TOKENS_PER_CALL) return;
  throw new UsageError({
    message: "tokens per call is out of range",
    expected: `a whole number from 1 to ${MOST_TOKENS_PER_CALL}`,
    got: String(asked),
  });
}
