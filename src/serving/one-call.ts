/** @file Calls that must not overlap, such as those of a session: each takes the state that the one before left. */
import { UsageError } from "../support/errors.js";
import { AbortedError, checkNotAborted, type WaitOptions, waitFor } from "../support/wait.js";

/** Lets one call run at a time. */
export class OneCall {
  #running = false;
  /** Whether nobody waits any more for the call that is running. */
  #isGivenUp = false;

  /** @param onGivenUp what is done when a call that was given up has ended */
  constructor(private readonly onGivenUp: () => void) {}

  /**
   * Runs a call. One that is given up goes on to its end; until then there is no other.
   * @param release frees what comes too late
   * @throws UsageError while another is on its way to the device; AbortedError
   */
  async run<T>(
    what: string,
    wait: WaitOptions,
    call: () => Promise<T>,
    release?: (late: T) => void,
  ): Promise<T> {
    this.checkIdle();
    checkNotAborted(what, wait);
    this.#running = true;
    this.#isGivenUp = false;
    const work = async () => {
      try {
        return await call();
      } finally {
        if (this.#isGivenUp) this.onGivenUp();
        this.#running = false;
      }
    };
    try {
      return await waitFor(
        what,
        wait,
        work,
        release,
        "the session reads prompts anew when the device is done",
      );
    } catch (error) {
      this.#isGivenUp = error instanceof AbortedError;
      if (this.#isGivenUp && !this.#running) this.onGivenUp();
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
