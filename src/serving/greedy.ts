/** @file Greedy continuation without logits on the host: each step's best tokens are fed to the next one on the device. */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import { closeAll } from "./close-all.js";
import type { Session, StepResults } from "./session.js";

/** Steps enqueued beyond the one whose tokens are waited for: enough that the device never waits for the host. */
const AHEAD = 3;

/** A step that is on its way: its tokens feed the next step, and are read meanwhile. */
interface Step {
  readonly next: DeviceBuffer;
  readonly tokens: Promise<Int32Array>;
}

/**
 * The best token of each row, -1 where its logits are not finite, step by step, `count` steps at most: the first ones follow the
 * prompts. Whoever stops earlier leaves up to three steps to the device that nobody looks at.
 * @throws UsageError as `Session.read`
 */
export async function* greedyTokens(
  session: Session,
  prompts: readonly (readonly number[])[],
  count: number,
): AsyncGenerator<Int32Array, void, void> {
  const steps: Step[] = [follow(await session.read(prompts))];
  let enqueued = 1;
  try {
    for (let step = 0; step < count; step++) {
      // The first tokens do not wait for anything but themselves.
      const until = step === 0 ? 1 : Math.min(count, step + 1 + AHEAD);
      for (; enqueued < until; enqueued++) steps.push(follow(await session.advance(steps.at(-1)!.next)));
      // Its tokens were fed to this step.
      if (step > 0) steps.shift()!.next.close();
      yield await steps[0]!.tokens;
    }
  } finally {
    closeAll(steps.map(({ next }) => next));
  }
}

/** Begins to read the tokens of a step; an error is for whoever waits for them, not for the process. */
function follow({ logits, next }: StepResults): Step {
  logits.close();
  const tokens = next.toHost().then(({ buffer }) => new Int32Array(buffer));
  tokens.catch(() => undefined);
  return { next, tokens };
}
