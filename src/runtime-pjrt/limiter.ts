/** @file At most so many executions in flight: past a depth, a plugin's own enqueueing blocks the event loop. */

/** Hands out places first come, first served. */
export class Limiter {
  #taken = 0;
  readonly #queue: (() => void)[] = [];

  constructor(readonly limit: number) {}

  get taken(): number {
    return this.#taken;
  }

  /** Takes a place at once if one is free and nobody waits. */
  tryTake(): boolean {
    if (this.#taken >= this.limit || this.#queue.length > 0) return false;
    this.#taken++;
    return true;
  }

  /** Takes a place when it is this caller's turn. */
  take(): Promise<void> {
    if (this.tryTake()) return Promise.resolve();
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  /** Gives a place back: to the next in the queue, if any. */
  give(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#taken--;
    else next();
  }
}
