/** @file Continuation without logits on the host: each step's tokens, the best or drawn ones, are fed to the next one on the device. */
import { closeAll } from "./close-all.js";
import type { Chooser } from "./chooser.js";
import type { DrawnStep } from "./device-sampler.js";
import type { TokenLogprobs } from "./logprobs.js";
import type { Session } from "./session.js";
import type { StepResults } from "./step-results.js";

/** A token of each row. */
export interface TokenStep {
  /** -1 where the logits are not finite. */
  readonly tokens: ArrayLike<number>;
  /** Of each row, where it was asked for. */
  readonly logprobs?: readonly (TokenLogprobs | undefined)[] | undefined;
}

/** A step that is on its way: its tokens feed the next step, and are read meanwhile. */
interface Step extends DrawnStep {
  readonly tokens: Promise<Int32Array>;
}

/**
 * A token of each row, step by step, `count` steps at most: the first ones follow the
 * prompts. Whoever stops earlier leaves up to three steps to the device that nobody looks at.
 * @throws UsageError as `Session.read`
 */
export async function* tokenSteps(
  session: Session,
  prompts: readonly (readonly number[])[],
  count: number,
  chooser: Chooser,
): AsyncGenerator<TokenStep, void, void> {
  const steps: Step[] = [await follow(chooser, await session.read(prompts))];
  let enqueued = 1;
  try {
    for (let step = 0; step < count; step++) {
      // The first tokens do not wait for anything but themselves.
      const until = step === 0 ? 1 : Math.min(count, step + 1 + chooser.ahead);
      for (; enqueued < until; enqueued++)
        steps.push(await follow(chooser, await session.advance(steps.at(-1)!.next)));
      // Its tokens were fed to this step.
      if (step > 0) steps.shift()!.next.close();
      yield { tokens: await steps[0]!.tokens, logprobs: await steps[0]!.logprobs };
    }
  } finally {
    closeAll(steps.map(({ next }) => next));
    // What is told of steps that nobody looks at frees its buffers when it comes.
    await Promise.allSettled(steps.map(({ logprobs }) => logprobs));
  }
}

/** Begins to read the tokens of a step; an error is for whoever waits for them, not for the process. */
async function follow(chooser: Chooser, results: StepResults): Promise<Step> {
  const { next, logprobs } = await chooser.choose(results);
  const tokens = next.toHost().then(({ buffer }) => new Int32Array(buffer));
  tokens.catch(() => undefined);
  logprobs?.catch(() => undefined);
  return { next, logprobs, tokens };
}
