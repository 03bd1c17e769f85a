/** @file Continuation without logits on the host: each step's tokens, the best or drawn ones, are fed to the next one on the device. */
import type { BatchRows, BatchStep } from "./batch-rows.js";
import type { Chooser } from "./chooser.js";
import { closeAll } from "./close-all.js";
import type { TokenLogprobs } from "./logprobs.js";

/** A token of each row. */
export interface TokenStep extends Pick<BatchStep, "texts"> {
  /** -1 where the logits are not finite. */
  readonly tokens: ArrayLike<number>;
  /** Of each row, where it was asked for. */
  readonly logprobs?: readonly (TokenLogprobs | undefined)[] | undefined;
}

/** A step that is on its way: its tokens feed the next step, and are read meanwhile. */
interface Step extends BatchStep {
  readonly tokens: Promise<Int32Array>;
}

/**
 * A token of each row, step by step, until all texts have theirs. Whoever stops earlier, or ends a text, leaves up to `chooser.ahead` steps of
 * it to the device that nobody looks at.
 * @throws UsageError as `BatchRows.step`
 */
export async function* tokenSteps(rows: BatchRows, chooser: Chooser): AsyncGenerator<TokenStep, void, void> {
  const steps: Step[] = [];
  try {
    for (let isFirst = true; ; isFirst = false) {
      // The first tokens do not wait for anything but themselves; later ones stand behind those that were looked at.
      const until = isFirst ? 1 : 2 + chooser.ahead;
      while (steps.length < until) {
        const step = await rows.step(chooser, steps.at(-1)?.next);
        if (step === undefined) break;
        steps.push(follow(step));
      }
      // Its tokens were fed to this step.
      if (!isFirst) steps.shift()!.next.close();
      const [step] = steps;
      if (step === undefined) return;
      yield { texts: step.texts, tokens: await step.tokens, logprobs: await step.logprobs };
    }
  } finally {
    closeAll(steps.map(({ next }) => next));
    // What is told of steps that nobody looks at frees its buffers when it comes.
    await Promise.allSettled(steps.map(({ logprobs }) => logprobs));
  }
}

/** Begins to read the tokens of a step; an error is for whoever waits for them, not for the process. */
function follow(step: BatchStep): Step {
  const tokens = step.next.toHost().then(({ buffer }) => new Int32Array(buffer));
  tokens.catch(() => undefined);
  step.logprobs?.catch(() => undefined);
  return { ...step, tokens };
}
