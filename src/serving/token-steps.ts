/** @file Continuation without logits on the host: each step's tokens, the best or drawn ones, are fed to the next one on the device. */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import type { BatchRows, BatchStep } from "./batch-rows.js";
import type { Chooser } from "./chooser.js";
import { closeAll } from "./close-all.js";
import { NO_TOKEN } from "./loop-key.js";
import type { TokenLogprobs } from "./logprobs.js";

/** A token of each row. */
export interface TokenStep extends Pick<BatchStep, "texts"> {
  /** -1 where the logits are not finite; -2 of a row that had ended before. */
  readonly tokens: ArrayLike<number>;
  /** Of each row, where it was asked for. */
  readonly logprobs?: readonly (TokenLogprobs | undefined)[] | undefined;
  /** Which of the steps it is that one call made, from 0, and of how many. */
  readonly column: number;
  readonly columns: number;
}

/** A step or several that are on their way: the last tokens feed the next step, and all are read meanwhile. */
interface Step extends BatchStep {
  readonly made: Promise<Int32Array>;
}

/**
 * A token of each row, step by step, until all texts have theirs. Whoever stops earlier, or ends a text, leaves up to `chooser.ahead` steps of
 * it to the device that nobody looks at; where several are made in one call, up to two calls.
 * @throws UsageError as `BatchRows.step`
 */
export async function* tokenSteps(
  rows: BatchRows,
  chooser: Chooser,
  { ahead }: { readonly ahead: number },
): AsyncGenerator<TokenStep, void, void> {
  const steps: Step[] = [];
  try {
    for (let isFirst = true; ; isFirst = false) {
      // The first tokens do not wait for anything but themselves; later ones stand behind those that were looked at.
      const until = isFirst ? 1 : 2 + ahead;
      while (steps.length < until) {
        const step = await rows.step(chooser, steps.at(-1)?.next);
        if (step === undefined) break;
        steps.push(follow(step));
      }
      // Its tokens were fed to this step.
      if (!isFirst) closeAll(buffersOf(steps.shift()!));
      const [step] = steps;
      if (step === undefined) return;
      yield* columnsOf(step);
    }
  } finally {
    closeAll(steps.flatMap(buffersOf));
    // What is told of steps that nobody looks at frees its buffers when it comes.
    await Promise.allSettled(steps.map(({ logprobs }) => logprobs));
  }
}

/** The steps of a call, until all rows have ended. */
async function* columnsOf({ texts, made, logprobs }: Step): AsyncGenerator<TokenStep, void, void> {
  const all = await made;
  const told = await logprobs;
  const width = all.length / texts.length;
  const columns = Array.from({ length: width }, (_, column) =>
    texts.map((_text, row) => all[row * width + column]!),
  ).filter((tokens) => tokens.some((token) => token !== NO_TOKEN));
  for (const [column, tokens] of columns.entries())
    yield { texts, tokens, logprobs: told?.[column], column, columns: columns.length };
}

/** Begins to read the tokens of a step; an error is for whoever waits for them, not for the process. */
function follow(step: BatchStep): Step {
  const made = (step.tokens ?? step.next).toHost().then(({ buffer }) => new Int32Array(buffer));
  made.catch(() => undefined);
  step.logprobs?.catch(() => undefined);
  return { ...step, made };
}

const buffersOf = ({ next, tokens }: BatchStep): readonly DeviceBuffer[] =>
  tokens === undefined ? [next] : [next, tokens];
