/**
 * @file Waiting for a plugin's events without blocking Node. At most a few events are awaited on threads of their own; when
 * one is done, all others are looked at. No callback from a foreign thread is used: it can deadlock (see the README).
 */
import type { Api } from "./call.js";
import type { ResourceTable } from "./resources.js";

interface Waiting {
  readonly event: bigint;
  /** Host memory the plugin reads or writes until the event. */
  readonly pinned: ArrayBufferView | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The events of one client. Owns each event from `watch` on: destroys it, and never while it is being awaited. */
export class EventPump {
  readonly #waiting = new Set<Waiting>();
  readonly #awaited = new Set<Waiting>();
  readonly #drained: (() => void)[] = [];

  /** @param threads how many events may be awaited at once: 1 for one device, 2 for several */
  constructor(
    readonly api: Api,
    readonly resources: ResourceTable,
    readonly threads: number,
  ) {}

  /**
   * Settles when the event does; rejects with the event's error.
   * @param pinned stays reachable until then
   */
  watch(event: bigint, pinned?: ArrayBufferView): Promise<void> {
    if (event === 0n) return Promise.resolve();
    if (this.#isReady(event)) return this.#settleNow(event);
    return new Promise((resolve, reject) => {
      this.#waiting.add({ event, pinned, resolve, reject });
      this.resources.count("event", 1, pinned?.byteLength);
      this.#awaitOldest();
    });
  }

  /** Destroys the event if it is ready, and tells whether it was; for events that nobody should wait for yet. */
  takeIfReady(event: bigint): boolean {
    if (event === 0n) return true;
    if (!this.#isReady(event)) return false;
    this.api.call("PJRT_Event_Destroy", { event });
    return true;
  }

  /** Whether anything is being waited for. */
  get idle(): boolean {
    return this.#waiting.size === 0 && this.#awaited.size === 0;
  }

  /** Settles when nothing is waited for any more. Never rejects. */
  drain(): Promise<void> {
    return this.idle ? Promise.resolve() : new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Looks at all events once, without waiting. */
  sweep(): void {
    for (const waiting of this.#waiting) {
      if (!this.#isReady(waiting.event)) continue;
      this.#waiting.delete(waiting);
      this.#settle(waiting, this.#errorOf(waiting.event));
    }
  }

  #isReady(event: bigint): boolean {
    return this.api.call("PJRT_Event_IsReady", { event }).is_ready;
  }

  async #settleNow(event: bigint): Promise<void> {
    const error = this.#errorOf(event);
    this.api.call("PJRT_Event_Destroy", { event });
    if (error !== undefined) throw error;
  }

  /** Only ever asked of a ready event: of a pending one it would abort the process. */
  #errorOf(event: bigint): unknown {
    try {
      this.api.call("PJRT_Event_Error", { event });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #awaitOldest(): void {
    for (const waiting of this.#waiting) {
      if (this.#awaited.size >= this.threads) return;
      this.#waiting.delete(waiting);
      this.#awaited.add(waiting);
      this.api.callOnThread("PJRT_Event_Await", { event: waiting.event }).then(
        () => this.#awaitDone(waiting, undefined),
        (error: unknown) => this.#awaitDone(waiting, error),
      );
    }
  }

  #awaitDone(waiting: Waiting, error: unknown): void {
    this.#awaited.delete(waiting);
    this.#settle(waiting, error);
    this.sweep();
    this.#awaitOldest();
    if (this.idle) for (const resolve of this.#drained.splice(0)) resolve();
  }

  #settle({ event, pinned, resolve, reject }: Waiting, error: unknown): void {
    this.api.call("PJRT_Event_Destroy", { event });
    this.resources.count("event", -1, pinned?.byteLength);
    if (error === undefined) resolve();
    else reject(error);
  }
}
