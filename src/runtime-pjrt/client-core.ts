/** @file What the handles of one client share: the function table, the event pump, the books. */
import type { Api } from "./call.js";
import { EventPump } from "./event-pump.js";
import { Device, Memory } from "./device.js";
import { ArgumentError, HandleClosedError } from "./errors.js";
import { Limiter } from "./limiter.js";
import { readPointers } from "./memory-reading.js";
import { ResourceTable } from "./resources.js";

/** The inside of a client. Handles hold this, not the client, so that a forgotten client can be told from a used one. */
export class ClientCore {
  readonly resources = new ResourceTable();
  /** The devices that this process can use. */
  readonly devices: readonly Device[];
  readonly pump: EventPump;
  readonly inFlight: Limiter;
  readonly #targets: ReadonlySet<bigint>;
  readonly #operations = new Set<Promise<unknown>>();
  readonly #native: bigint;
  #pointer: bigint;

  constructor(
    readonly api: Api,
    pointer: bigint,
    inFlightLimit: number,
  ) {
    this.#native = pointer;
    this.#pointer = pointer;
    const out = api.call("PJRT_Client_AddressableDevices", { client: pointer });
    this.devices = readPointers(out.addressable_devices, out.num_addressable_devices).map(
      (device) => new Device(api, device),
    );
    this.#targets = new Set(this.devices.flatMap((device) => [device.pointer, ...memoriesOf(device)]));
    this.pump = new EventPump(api, this.resources, this.devices.length > 1 ? 2 : 1);
    this.inFlight = new Limiter(inFlightLimit);
  }

  /** @throws ArgumentError unless a buffer of this client can lie there; a plugin takes any pointer and crashes */
  checkTarget(target: Device | Memory): void {
    if ((target instanceof Device || target instanceof Memory) && this.#targets.has(target.pointer)) return;
    throw new ArgumentError({
      message: "the target of a transfer is no device or memory of this client",
      expected: `one of ${this.devices.map(String).join(", ")}, or a memory of it`,
      got: target instanceof Device || target instanceof Memory ? String(target) : typeof target,
    });
  }

  get isOpen(): boolean {
    return this.#pointer !== 0n;
  }

  /** The native client. @throws HandleClosedError after close */
  use(what: string): bigint {
    if (this.#pointer !== 0n) return this.#pointer;
    throw new HandleClosedError({ message: `${what} of a client that is closed` });
  }

  /** The native client inside of an `operation`: close() waits for that before it destroys the client. */
  useInside(): bigint {
    return this.#native;
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

  /** On a thread: freeing the code of a large program takes tens of ms. */
  readonly destroyExecutable = (executable: bigint): void => {
    this.operation(() => this.api.callOnThread("PJRT_LoadedExecutable_Destroy", { executable })).catch(
      (error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)),
    );
  };

  /** Frees everything, waits for running work, destroys the native client last. */
  async close(): Promise<void> {
    if (this.#pointer === 0n) return;
    const client = this.#pointer;
    this.#pointer = 0n;
    await Promise.allSettled(this.#operations);
    await this.pump.drain();
    this.resources.releaseAll();
    await Promise.allSettled(this.#operations);
    await this.pump.drain();
    await this.api.callOnThread("PJRT_Client_Destroy", { client });
  }
}

function memoriesOf(device: Device): readonly bigint[] {
  return device.memories.map((memory) => memory.pointer);
}
