/** @file Calls that must not overlap, such as those of a session: each takes the state that the one before left. */
import { UsageError } from "../support/errors.js";
import { AbortedError, checkNotAborted, type WaitOptions, waitFor } from "../support/wait.js";

/** What becomes of a call that was given up. */
export interface GivenUp<T> {
  /** Frees what comes too late. */
  readonly release?: ((late: T) => void) | undefined;
  /** Whether the session stays at its place: the call changes it at its end alone, after `checkAwaited`, or not at all. */
  readonly stays?: boolean;
}

const READS_ANEW = "the session reads prompts anew when the device is done";
const STAYS = "the session stays where it is, and takes the next call when the device is done";

/** Lets one call run at a time. */
export class OneCall {
  #running = false;
  /** Whether nobody waits any more for the call that is running. */
  #isGivenUp = false;

  /** @param onGivenUp what is done when a call that was given up has ended, unless the session stays at its place */
  constructor(private readonly onGivenUp: () => void) {}

  /**
   * Runs a call. One that is given up goes on to its end; until then there is no other.
   * @throws UsageError while another is on its way to the device; AbortedError
   */
  async run<T>(
    what: string,
    wait: WaitOptions,
    call: () => Promise<T>,
    { release, stays = false }: GivenUp<T> = {},
  ): Promise<T> {
    const onGivenUp = stays ? () => undefined : this.onGivenUp;
    this.checkIdle();
    checkNotAborted(what, wait);
    this.#running = true;
    this.#isGivenUp = false;
    const work = async () => {
      try {
        return await call();
      } finally {
        if (this.#isGivenUp) onGivenUp();
        this.#running = false;
      }
    };
    try {
      return await waitFor(what, wait, work, release, stays ? STAYS : READS_ANEW);
    } catch (error) {
      this.#isGivenUp = error instanceof AbortedError;
      if (this.#isGivenUp && !this.#running) onGivenUp();
      throw error;
    }
  }

  /** @throws UsageError while a call runs */
  checkIdle(): void {
    if (!this.#running) return;
    throw new UsageError({
      message: "the session is busy with another call",
      hint: "await each prefill and decode before the next, or make a session for each",
    });
  }

  /** @throws AbortedError, which nobody sees: the caller was told when the wait ended */
  checkAwaited(what: string): void {
    if (this.#isGivenUp) throw new AbortedError({ message: `${what} was given up` });
  }
}
