/** @file Work that does not let go of its thread, ended after a time: a timer of its own thread would never come to its turn. */
import { Script } from "node:vm";

const WORK = Symbol.for("stablegriffin.work");

/** Calls what WORK names; a script is what Node can end. */
const script = new Script('globalThis[Symbol.for("stablegriffin.work")]()');

/** Work took longer than it may. */
export class TimeLimitError extends Error {}

/**
 * Runs work on this thread for at most `ms`; a pattern that backtracks for ever is ended, too. Takes about a tenth of a ms more than the
 * work itself.
 * @throws TimeLimitError when the time is over; what the work throws
 */
export function withinTime<T>(ms: number, work: () => T): T {
  const place = globalThis as { [WORK]?: (() => void) | undefined };
  const results: T[] = [];
  place[WORK] = () => void results.push(work());
  try {
    script.runInThisContext({ timeout: ms });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT")
      throw new TimeLimitError(`no end after ${ms} ms`);
    throw error;
  } finally {
    delete place[WORK];
  }
  return results[0]!;
}
