/** @file What the handles of one client share: the function table, the event pump, the books. */
import type { Api } from "./call.js";
import { EventPump } from "./event-pump.js";
import { HandleClosedError } from "./errors.js";
import { Limiter } from "./limiter.js";
import { ResourceTable } from "./resources.js";

/** The inside of a client. Handles hold this, not the client, so that a forgotten client can be told from a used one. */
export class ClientCore {
  readonly resources = new ResourceTable();
  readonly pump: EventPump;
  readonly inFlight: Limiter;
  readonly #operations = new Set<Promise<unknown>>();
  #pointer: bigint;

  constructor(
    readonly api: Api,
    pointer: bigint,
    options: { readonly devices: number; readonly inFlightLimit: number },
  ) {
    this.#pointer = pointer;
    this.pump = new EventPump(api, this.resources, options.devices > 1 ? 2 : 1);
    this.inFlight = new Limiter(options.inFlightLimit);
  }

  get isOpen(): boolean {
    return this.#pointer !== 0n;
  }

  /** The native client. @throws HandleClosedError after close */
  use(what: string): bigint {
    if (this.#pointer !== 0n) return this.#pointer;
    throw new HandleClosedError({ message: `${what} of a client that is closed` });
  }

  /** Runs something that uses the native client on another thread; close() waits for it. */
  async operation<T>(run: () => Promise<T>): Promise<T> {
    const running = run();
    this.#operations.add(running);
    try {
      return await running;
    } finally {
      this.#operations.delete(running);
    }
  }

  readonly destroyBuffer = (buffer: bigint): void => {
    this.api.call("PJRT_Buffer_Destroy", { buffer });
  };

  readonly destroyExecutable = (executable: bigint): void => {
    this.api.call("PJRT_LoadedExecutable_Destroy", { executable });
  };

  /** Frees everything, waits for running work, destroys the native client last. */
  async close(): Promise<void> {
    if (this.#pointer === 0n) return;
    const client = this.#pointer;
    this.#pointer = 0n;
    await Promise.allSettled(this.#operations);
    await this.pump.drain();
    this.resources.releaseAll();
    await this.pump.drain();
    await this.api.callOnThread("PJRT_Client_Destroy", { client });
  }
}
