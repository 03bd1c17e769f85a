/** @file `--timeout`: a command ends with an error when it takes longer, whatever it waits for or computes. */
import { AbortedError, startTimer } from "../support/wait.js";
import type { CommandContext } from "./context.js";

/** So long a command that is told to stop has to put away what it made, ms; what does not listen then is left behind. */
const GRACE_MS = 3000;
/** Those that keep what was done. */
const LONGER_GRACE_MS: Readonly<Record<string, number>> = { "griffin train": 60_000 };
/** A timer that goes off so late, ms, did not come to its turn: the thread computed, and what it computed was ended. */
const LATE_MS = 900;

/**
 * The work of a command, which is told to stop when its time is over, and is not waited for much longer.
 * @param seconds none for no limit
 * @throws AbortedError when the time is over, whatever the work came to; what the work throws
 */
export async function withDeadline<T>(
  context: CommandContext,
  command: string,
  seconds: number | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (seconds === undefined) return work();
  const ms = seconds * 1000;
  const startedAt = performance.now();
  const tooLate = (cause?: unknown) =>
    new AbortedError({
      message: `${command} did not end in ${seconds} s`,
      hint: "--timeout allows more",
      cause,
    });
  const stopWatch = await context.deadlines?.watch(ms, tooLate().message);
  let stopTimer: () => void = () => undefined;
  const spent = () => performance.now() - startedAt;
  const given = new Promise<never>((_, reject) => {
    stopTimer = startTimer(ms, () => {
      void stopWatch?.();
      context.deadlines?.leave();
      context.stop(tooLate());
      const grace = spent() > ms + LATE_MS ? 0 : (LONGER_GRACE_MS[command] ?? GRACE_MS);
      stopTimer = startTimer(grace, () => reject(tooLate()));
    });
  });
  const isOver = () => spent() >= ms;
  try {
    // Work that computes at once begins when the race is on: ended, it would leave nobody to hear that the time is over.
    const result = await Promise.race([Promise.resolve().then(work), given]);
    if (!isOver()) return result;
  } catch (error) {
    throw isOver() ? tooLate(error) : error;
  } finally {
    stopTimer();
    await stopWatch?.();
  }
  throw tooLate();
}
