/** @file The memory of one PJRT_LoadedExecutable_Execute call, laid out once and used for every call. */
import type { Api } from "./call.js";
import { addressOf } from "./ffi.js";
import { type StructMemory, writeStruct } from "./struct.js";

/** Pointers and options of a launch. V8 may move tiny arrays, so every array has a little room to spare. */
export class Launch {
  readonly #arguments: readonly BigUint64Array[];
  readonly #results: readonly BigUint64Array[];
  readonly #events: BigUint64Array;
  readonly #argumentLists: BigUint64Array;
  readonly #resultLists: BigUint64Array;
  readonly #nonDonatable: BigInt64Array;
  readonly #options: StructMemory;

  constructor(
    readonly api: Api,
    readonly executable: bigint,
    readonly shape: { readonly devices: number; readonly arguments: number; readonly results: number },
    nonDonatable: readonly number[],
  ) {
    const perDevice = Array.from({ length: shape.devices });
    this.#arguments = perDevice.map(() => pointers(shape.arguments));
    this.#results = perDevice.map(() => pointers(shape.results));
    this.#events = pointers(shape.devices);
    this.#argumentLists = listOf(this.#arguments);
    this.#resultLists = listOf(this.#results);
    this.#nonDonatable = new BigInt64Array(Math.max(16, nonDonatable.length));
    nonDonatable.forEach((index, i) => {
      this.#nonDonatable[i] = BigInt(index);
    });
    this.#options = writeStruct("PJRT_ExecuteOptions", api.minor, {
      non_donatable_input_indices: addressOf(this.#nonDonatable),
      num_non_donatable_input_indices: nonDonatable.length,
    });
  }

  /** Sets one argument of one device. */
  setArgument(device: number, index: number, buffer: bigint): void {
    this.#arguments[device]![index] = buffer;
  }

  /**
   * Enqueues the program. Afterwards `result` and `event` give what the plugin wrote.
   * @param device for a portable program: where it runs; otherwise 0n
   */
  run(device: bigint): void {
    this.api.call("PJRT_LoadedExecutable_Execute", {
      executable: this.executable,
      options: this.#options.address,
      argument_lists: addressOf(this.#argumentLists),
      num_devices: this.shape.devices,
      num_args: this.shape.arguments,
      output_lists: addressOf(this.#resultLists),
      device_complete_events: addressOf(this.#events),
      execute_device: device,
    });
  }

  result(device: number, index: number): bigint {
    return this.#results[device]![index]!;
  }

  event(device: number): bigint {
    return this.#events[device]!;
  }
}

function pointers(count: number): BigUint64Array {
  return new BigUint64Array(Math.max(16, count));
}

function listOf(arrays: readonly BigUint64Array[]): BigUint64Array {
  const list = pointers(arrays.length);
  arrays.forEach((array, i) => {
    list[i] = addressOf(array);
  });
  return list;
}
