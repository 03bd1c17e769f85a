/** @file A program loaded on devices, ready to run. */
import { DeviceBuffer } from "./buffer.js";
import type { ClientCore } from "./client-core.js";
import { decodeDeviceAssignment } from "./compile-options.js";
import { Device } from "./device.js";
import { ArgumentError } from "./errors.js";
import { checkLayout, type ExecutableLayouts, executableLayouts, withLayouts } from "./executable-layouts.js";
import { expectArgument, expectMethod } from "./given.js";
import { Launch } from "./launch.js";
import { readInt32s, readPointers } from "./memory-reading.js";
import { takeBytes } from "./owned-bytes.js";
import { withRoom } from "./out-of-memory.js";
import { CompiledProgram } from "./program.js";
import type { Resource } from "./resources.js";
import { describePosition, formatType, sameType, type Signature } from "./signature.js";

import { type WaitOptions, waitFor, WAIT_OPTIONS } from "../support/wait.js";
import { checkOptions } from "../support/options.js";

/** A compiled program on one or more devices of a client. */
export class Executable {
  /** As given, with the layouts of arguments and results that the compiler arranged in another way than the client does. */
  readonly signature: Signature;
  /** What the compiler tells of the program. */
  readonly program: CompiledProgram;
  readonly #client: ClientCore;
  readonly #resource: Resource;
  readonly #launch: Launch;
  /** Compiled for any one device: it runs where its arguments are. */
  readonly #portable: boolean;
  readonly #layouts: ExecutableLayouts;

  /**
   * @param pointer an owned `PJRT_LoadedExecutable*`
   * @throws ArgumentError if the signature's results are not the program's; the executable is freed then
   */
  constructor(client: ClientCore, pointer: bigint, signature: Signature) {
    this.#client = client;
    const { api } = client;
    const program = api.call("PJRT_LoadedExecutable_GetExecutable", {
      loaded_executable: pointer,
    }).executable;
    this.#resource = client.resources.add(this, "executable", pointer, (executable) => {
      api.call("PJRT_Executable_Destroy", { executable: program });
      client.destroyExecutable(executable);
    });
    this.program = new CompiledProgram(api, (what) => {
      this.#resource.use(what);
      return program;
    });
    try {
      this.program.checkResults(signature);
      this.#layouts = executableLayouts(client, program, signature);
      this.signature = withLayouts(client, signature, this.#layouts);
    } catch (error) {
      this.close();
      throw error;
    }
    const { length } = this.devices;
    this.#portable = length === 0;
    const shape = {
      devices: Math.max(1, length),
      arguments: signature.arguments.length,
      results: signature.results.length,
    };
    const kept = signature.arguments.flatMap(({ donated }, i) => (donated === true ? [] : [i]));
    this.#launch = new Launch(api, pointer, shape, kept);
  }

  /** The devices it runs on, in the order of argument lists. None for a portable program, which runs where its arguments are. */
  get devices(): readonly Device[] {
    const { api } = this.#client;
    const executable = this.#resource.use("devices");
    const out = api.call("PJRT_LoadedExecutable_AddressableDevices", { executable });
    return readPointers(out.addressable_devices, out.num_addressable_devices).map(
      (device) => new Device(api, device),
    );
  }

  /** Which replica and partition runs on each device of this process. @throws UnsupportedByPluginError before API 0.96 */
  get logicalIds(): readonly { readonly replica: number; readonly partition: number }[] {
    const out = this.#client.api.call("PJRT_LoadedExecutable_AddressableDeviceLogicalIds", {
      executable: this.#resource.use("logicalIds"),
    });
    const count = out.num_addressable_device_logical_ids;
    const ids = readInt32s(out.addressable_device_logical_ids, 2 * count);
    return Array.from({ length: count }, (_, i) => ({ replica: ids[2 * i]!, partition: ids[2 * i + 1]! }));
  }

  /** Device ids, `[replica][partition]`, over all processes. @throws UnsupportedByPluginError */
  get deviceAssignment(): readonly (readonly number[])[] {
    const executable = this.#resource.use("deviceAssignment");
    const out = this.#client.api.call("PJRT_LoadedExecutable_GetDeviceAssignment", { executable });
    const { serialized_bytes, serialized_bytes_size } = out;
    const { serialized_device_assignment, serialized_device_assignment_deleter } = out;
    return decodeDeviceAssignment(
      takeBytes(
        serialized_bytes,
        serialized_bytes_size,
        serialized_device_assignment,
        serialized_device_assignment_deleter,
      ),
    );
  }

  /**
   * Enqueues the program on its device and gives its results, whose contents follow: await a result's `ready` or `toHost`.
   * Waits only while as many executions as the client allows are in flight. Arguments that the signature calls donated are
   * unusable afterwards. Given up while it waits, it is enqueued all the same, and its results are freed.
   * @throws AbortedError; ArgumentError for a wrong number of arguments, element type, shape, layout or device count; HandleClosedError
   */
  async execute(buffers: readonly DeviceBuffer[], options: WaitOptions = {}): Promise<DeviceBuffer[]> {
    checkOptions("Executable.execute", options, WAIT_OPTIONS);
    const [results] = await this.executeOnAll([buffers], options);
    return results!;
  }

  /** The same for a program compiled for several devices: one list of arguments, and of results, per device. */
  async executeOnAll(
    buffers: readonly (readonly DeviceBuffer[])[],
    options: WaitOptions = {},
  ): Promise<DeviceBuffer[][]> {
    checkOptions("Executable.executeOnAll", options, WAIT_OPTIONS);
    const isList = Array.isArray(buffers) && Array.from(buffers).every(Array.isArray);
    expectArgument(isList, buffers, {
      of: "what a program is given",
      expected: "a list of buffers for each device; for one device, a list of buffers to execute",
    });
    const release = (late: DeviceBuffer[][]) => {
      for (const buffer of late.flat()) buffer.close();
    };
    return waitFor("execute", options, () => this.#executeOnAll(buffers), release);
  }

  async #executeOnAll(buffers: readonly (readonly DeviceBuffer[])[]): Promise<DeviceBuffer[][]> {
    this.#check(buffers);
    const { inFlight } = this.#client;
    const waited = !inFlight.tryTake();
    if (waited) await inFlight.take();
    try {
      return await withRoom(this.#client, () => {
        // What was live when the caller asked may have been closed while it waited.
        if (waited) this.#check(buffers);
        return this.#enqueue(buffers);
      });
    } catch (error) {
      inFlight.give();
      throw error;
    }
  }

  #enqueue(buffers: readonly (readonly DeviceBuffer[])[]): DeviceBuffer[][] {
    const { inFlight, pump } = this.#client;
    buffers.forEach((list, device) => {
      for (const [i, buffer] of list.entries()) this.#launch.setArgument(device, i, buffer.use("execute"));
    });
    this.#launch.run(this.#portable ? this.#deviceOf(buffers[0]![0]) : 0n);
    const completions = buffers.map((_, device) => pump.watch(this.#launch.event(device)));
    const results = completions.map((completion, device) => {
      completion.catch(() => undefined);
      return this.signature.results.map(
        (spec, i) =>
          new DeviceBuffer(this.#client, this.#launch.result(device, i), spec, {
            definition: completion,
            layout: this.#layouts.results?.[i],
          }),
      );
    });
    void Promise.allSettled(completions).then(() => inFlight.give());
    this.signature.arguments.forEach(({ donated }, i) => {
      if (donated === true) for (const list of buffers) list[i]!.donate();
    });
    return results;
  }

  #deviceOf(buffer: DeviceBuffer | undefined): bigint {
    return (buffer?.device ?? this.#client.devices[0]!).pointer;
  }

  #check(buffers: readonly (readonly DeviceBuffer[])[]): void {
    this.#client.use("execute");
    this.#resource.use("execute");
    const { devices } = this.#launch.shape;
    if (buffers.length !== devices) {
      throw new ArgumentError({
        message: "the program runs on another number of devices",
        expected: `${devices} argument lists`,
        got: `${buffers.length}`,
        hint: devices > 1 ? "use executeOnAll with one list per device" : undefined,
      });
    }
    for (const list of buffers) this.#checkList(list);
  }

  #checkList(buffers: readonly DeviceBuffer[]): void {
    const specs = this.signature.arguments;
    if (buffers.length !== specs.length) {
      throw new ArgumentError({
        message: "wrong number of arguments",
        expected: `${specs.length}`,
        got: `${buffers.length}`,
      });
    }
    const donated = new Set<DeviceBuffer>();
    for (let i = 0; i < specs.length; i++) {
      const spec = specs[i]!;
      const buffer = buffers[i]!;
      const position = describePosition("argument", i, spec);
      expectMethod(position, buffer, "belongsTo", "a buffer on a device");
      if (!sameType(buffer, spec)) {
        throw new ArgumentError({
          message: position,
          expected: formatType(spec),
          got: formatType(buffer),
        });
      }
      buffer.use(`execute: ${position}`);
      if (!buffer.belongsTo(this.#client)) {
        throw new ArgumentError({
          message: `${position} belongs to another client`,
        });
      }
      const layout = this.#layouts.checked[i];
      if (layout !== undefined && buffer.layout !== layout) checkLayout(i, spec, buffer, layout);
      if (spec.donated === true) donated.add(buffer);
    }
    if (donated.size > 0) this.#checkDonatedOnce(buffers, donated);
  }

  #checkDonatedOnce(buffers: readonly DeviceBuffer[], donated: ReadonlySet<DeviceBuffer>): void {
    for (const buffer of donated) {
      const first = buffers.indexOf(buffer);
      const again = buffers.indexOf(buffer, first + 1);
      if (again < 0) continue;
      throw new ArgumentError({
        message: `the same buffer is argument ${first} and argument ${again}, and it is donated`,
        hint: "a donated buffer can be passed once only; copy it first",
      });
    }
  }

  /** Unloads the program. Executions in flight finish. */
  close(): void {
    this.#resource.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
