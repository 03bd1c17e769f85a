/** @file Waits that a caller can end: by an AbortSignal, or after a time. */
import { type ErrorDetails, GriffinError } from "./errors.js";
import type { OptionNames } from "./options.js";

/** When to stop waiting. */
export interface WaitOptions {
  /** Ends the wait when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait after so many ms. */
  readonly timeoutMs?: number | undefined;
}

export const WAIT_OPTIONS: OptionNames<WaitOptions> = {
  signal: true,
  timeoutMs: true,
};

/** A wait was ended by its caller's signal or time limit. `code` is that of Node's own AbortError. */
export class AbortedError extends GriffinError {
  readonly code = "ABORT_ERR";

  constructor(details: ErrorDetails) {
    super("aborted", details);
  }
}

/** The error for something that was stopped, and for how long it had run. */
export function abortedError(
  what: string,
  startedAt: number,
  { signal, timeoutMs }: WaitOptions,
  hint?: string,
) {
  const ms = Math.round(performance.now() - startedAt);
  const byCaller = signal?.aborted === true;
  return new AbortedError({
    message: byCaller ? `${what} was aborted after ${ms} ms` : `${what} did not end in ${timeoutMs} ms`,
    hint,
    cause: byCaller ? signal.reason : undefined,
  });
}

/** @throws AbortedError if the caller has given up already, or leaves no time */
export function checkNotAborted(what: string, options: WaitOptions): void {
  if (options.signal?.aborted === true || (options.timeoutMs !== undefined && options.timeoutMs <= 0))
    throw abortedError(what, performance.now(), options);
}

/**
 * What is left for the next part of a wait that began at `startedAt`.
 * @throws AbortedError if nothing is, or the caller has given up already
 */
export function waitLeft(what: string, startedAt: number, { signal, timeoutMs }: WaitOptions): WaitOptions {
  const left = timeoutMs === undefined ? undefined : timeoutMs - (performance.now() - startedAt);
  if (signal?.aborted === true || (left !== undefined && left <= 0))
    throw abortedError(what, startedAt, { signal, timeoutMs });
  return { signal, timeoutMs: left };
}

/**
 * Work in many steps that its caller may end: what is returned is called before each step, and says what is left for it.
 * @returns and that throws what `waitLeft` does
 */
export function waitInSteps(what: string, options: WaitOptions): () => WaitOptions {
  const startedAt = performance.now();
  return () => waitLeft(what, startedAt, options);
}

/** The longest delay of a timer, ms: 24 days. Node takes a longer one for 1 ms. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * A timer for any time, also one that is longer than Node's timers take, or infinite: it goes off after 24 days then.
 * @returns what stops it
 */
export function startTimer(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, Math.min(ms, LONGEST_DELAY_MS));
  return () => clearTimeout(timer);
}

/** What a plugin does on its threads goes on: the C API has no call to stop it. */
export const PLUGIN_GOES_ON =
  "the plugin cannot be stopped: it goes on, and what it makes is freed when it comes";

/**
 * Waits for work unless the caller gives up first. The work itself goes on; what it gives then is handed to `release`, its failure is
 * dropped.
 * @param what names the work for the error: "compile"
 * @param hint what becomes of the work; default: it goes on in the plugin
 * @throws AbortedError when the caller gives up; what the work throws
 */
export function waitFor<T>(
  what: string,
  options: WaitOptions,
  work: () => Promise<T>,
  release: (late: T) => unknown = () => undefined,
  hint: string = PLUGIN_GOES_ON,
): Promise<T> {
  if (options.signal === undefined && options.timeoutMs === undefined) return work();
  return waitUntil(what, options, work, release, hint);
}

async function waitUntil<T>(
  what: string,
  options: WaitOptions,
  work: () => Promise<T>,
  release: (late: T) => unknown,
  hint: string,
): Promise<T> {
  const { signal, timeoutMs } = options;
  checkNotAborted(what, options);
  const startedAt = performance.now();
  const running = work();
  let giveUp: () => void = () => undefined;
  let stopTimer: (() => void) | undefined;
  const given = new Promise<never>((_, reject) => {
    giveUp = () => reject(abortedError(what, startedAt, options, hint));
    signal?.addEventListener("abort", giveUp, { once: true });
    if (timeoutMs !== undefined) stopTimer = startTimer(timeoutMs, giveUp);
  });
  let isLate = true;
  try {
    const result = await Promise.race([running, given]);
    isLate = false;
    return result;
  } finally {
    signal?.removeEventListener("abort", giveUp);
    stopTimer?.();
    if (isLate) running.then(release).catch(() => undefined);
  }
}
