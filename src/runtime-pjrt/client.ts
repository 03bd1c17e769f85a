/** @file A client: a plugin's connection to its devices, and the owner of everything made through it. */
import type { DeviceBuffer } from "./buffer.js";
import { ClientCore } from "./client-core.js";
import { compileArguments, type CompileRequest } from "./compile.js";
import { Device, Memory } from "./device.js";
import { ArgumentError } from "./errors.js";
import {
  expectArgument,
  expectBytes,
  expectInt32,
  expectMethod,
  expectSignature,
  expectSpec,
  expectSpecs,
  expectString,
} from "./given.js";
import { Executable } from "./executable.js";
import { defaultLayout } from "./extensions/layouts.js";
import { addressOf, keepFreedMemory } from "./ffi.js";
import { withKnownFlags } from "./known-flags.js";
import {
  allocateOnDevice,
  type HostTensor,
  transferToDevice,
  type TransferOptions,
  TRANSFER_OPTIONS,
} from "./host-tensor.js";
import { readPointers, readText } from "./memory-reading.js";
import { type Options, writeOptions } from "./named-value.js";
import type { PluginCore } from "./plugin-core.js";
import type { ResourceCounts } from "./resources.js";
import { checkDimensions, type Signature, type TensorSpec } from "./signature.js";
import { type AheadOfTimeProgram, Topology } from "./topology.js";
import { Transfer } from "./transfer.js";
import { type WaitOptions, waitFor, WAIT_OPTIONS } from "../support/wait.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** How a client is made. */
export interface ClientOptions extends WaitOptions {
  /** Passed to the plugin as they are, e.g. `{ cpu_device_count: 8 }`. */
  readonly plugin?: Options;
  /** Executions in flight before `execute` waits (default 8). */
  readonly inFlightLimit?: number;
  /**
   * Asks glibc, for the whole process, to keep memory that was freed (default false). Results of many MB come faster, as no new pages are
   * mapped for each: 42 MB in 2 ms instead of 10; the process does not get smaller again. Of use where the devices are the host's
   * processor; nothing elsewhere.
   */
  readonly keepFreedMemory?: boolean;
}

export const CLIENT_OPTIONS: OptionNames<ClientOptions> = {
  ...WAIT_OPTIONS,
  plugin: true,
  inFlightLimit: true,
  keepFreedMemory: true,
};

const DEFAULT_IN_FLIGHT = 8;

const closeLate = (made: Executable | DeviceBuffer): void => made.close();

/** What is alive: native objects by kind, pinned host bytes, executions in flight. All zero when everything is closed. */
export type ClientStats = ResourceCounts & { readonly inFlight: number };

/** More than any program is made for; so many devices have their ids in one array. */
const MOST_DEVICES = 2 ** 15;

/** A plugin's connection to its devices. Close it last: it closes everything made through it. */
export class Client {
  readonly #core: ClientCore;
  #closing: Promise<void> | undefined;

  private constructor(
    readonly plugin: PluginCore,
    core: ClientCore,
  ) {
    this.#core = core;
  }

  /** @throws PjrtError as the plugin says; AbortedError */
  static create(plugin: PluginCore, options: ClientOptions): Promise<Client> {
    checkOptions("Client.create", options, CLIENT_OPTIONS);
    const release = (client: Client) => client.close();
    return waitFor("starting a client", options, () => Client.#start(plugin, options), release);
  }

  static async #start(plugin: PluginCore, options: ClientOptions): Promise<Client> {
    const { api } = plugin;
    const given = writeOptions(options.plugin ?? {}, api.minor);
    const { client } = await api.callOnThread(
      "PJRT_Client_Create",
      { create_options: given.count === 0 ? 0n : given.memory.address, num_options: given.count },
      [given],
    );
    const core = new ClientCore(api, client, options.inFlightLimit ?? DEFAULT_IN_FLIGHT);
    const made = new Client(plugin, core);
    if (options.keepFreedMemory === true && made.isHost) keepFreedMemory();
    return made;
  }

  /** Whether a buffer is of this client: its programs take no others. */
  owns(buffer: DeviceBuffer): boolean {
    expectMethod("what Client.owns is asked of", buffer, "belongsTo", "a buffer");
    return buffer.belongsTo(this.#core);
  }

  /** e.g. "cpu", "tpu", "cuda". */
  get platformName(): string {
    const out = this.#core.api.call("PJRT_Client_PlatformName", { client: this.#core.use("platformName") });
    return readText(out.platform_name, out.platform_name_size);
  }

  /** Whether the devices are the host's processor: their memory is the process's own. So with the CPU plugin. */
  get isHost(): boolean {
    return this.platformName === "cpu";
  }

  get platformVersion(): string {
    const out = this.#core.api.call("PJRT_Client_PlatformVersion", {
      client: this.#core.use("platformVersion"),
    });
    return readText(out.platform_version, out.platform_version_size);
  }

  get processIndex(): number {
    return this.#core.api.call("PJRT_Client_ProcessIndex", { client: this.#core.use("processIndex") })
      .process_index;
  }

  /** The devices that this process can use. */
  get devices(): readonly Device[] {
    this.#core.use("devices");
    return this.#core.devices;
  }

  /** All devices, those of other processes too. */
  get allDevices(): readonly Device[] {
    const out = this.#core.api.call("PJRT_Client_Devices", { client: this.#core.use("allDevices") });
    return readPointers(out.devices, out.num_devices).map((device) => new Device(this.#core.api, device));
  }

  /** The device with a number that counts this process's hardware. @throws PjrtError if there is none */
  localDevice(hardwareId: number): Device {
    expectInt32("the number of a device", hardwareId);
    const client = this.#core.use("localDevice");
    const inputs = { client, local_hardware_id: hardwareId };
    return new Device(
      this.#core.api,
      this.#core.api.call("PJRT_Client_LookupAddressableDevice", inputs).addressable_device,
    );
  }

  /** The memories that this process can use. */
  get memories(): readonly Memory[] {
    const out = this.#core.api.call("PJRT_Client_AddressableMemories", {
      client: this.#core.use("memories"),
    });
    const pointers = readPointers(out.addressable_memories, out.num_addressable_memories);
    return pointers.map((memory) => new Memory(this.#core.api, memory));
  }

  /** The arrangement of the devices, to compile for without loading. Valid until the client is closed. */
  get topology(): Topology {
    const client = this.#core.use("topology");
    const { topology } = this.#core.api.call("PJRT_Client_TopologyDescription", { client });
    return Topology.borrow(this.plugin, topology, () => this.#core.use("topology"));
  }

  /** The layout a tensor has on a device unless it is given another. @throws UnsupportedByPluginError */
  defaultLayout(spec: TensorSpec): string {
    expectSpec("the type of a tensor", spec);
    checkDimensions(spec.dimensions);
    return defaultLayout(this.#core.api, this.#core.use("defaultLayout"), spec);
  }

  /** Which device, by id, runs what, `[replica][partition]`, unless compile options say otherwise. */
  defaultDevices(replicas: number, partitions: number): readonly (readonly number[])[] {
    for (const [of, count] of [
      ["the number of replicas", replicas],
      ["the number of partitions", partitions],
    ] as const)
      expectArgument(Number.isInteger(count) && count > 0 && count <= MOST_DEVICES, count, {
        of,
        expected: `a whole number from 1 to ${MOST_DEVICES}`,
      });
    const ids = new Int32Array(Math.max(32, replicas * partitions));
    this.#core.api.call("PJRT_Client_DefaultDeviceAssignment", {
      client: this.#core.use("defaultDevices"),
      num_replicas: replicas,
      num_partitions: partitions,
      default_assignment_size: replicas * partitions,
      default_assignment: addressOf(ids),
    });
    return Array.from({ length: replicas }, (_, r) => [
      ...ids.subarray(r * partitions, (r + 1) * partitions),
    ]);
  }

  /** The device with an id. @throws PjrtError if there is none */
  device(id: number): Device {
    expectInt32("the id of a device", id);
    const client = this.#core.use("device");
    return new Device(this.#core.api, this.#core.api.call("PJRT_Client_LookupDevice", { client, id }).device);
  }

  /**
   * Compiles a program on a thread of its own and loads it. Given up, it is compiled to its end, then freed.
   * @throws PjrtError as the compiler says; AbortedError; ArgumentError if the signature's results are not the program's
   */
  async compile(request: CompileRequest, options: WaitOptions = {}): Promise<Executable> {
    checkOptions("Client.compile", options, WAIT_OPTIONS);
    const client = this.#core.use("compile");
    const { api } = this.#core;
    const compile = async (asked: CompileRequest) => {
      const { program, compile_options, compile_options_size, keep } = compileArguments(api, asked);
      const { executable } = await api.callOnThread(
        "PJRT_Client_Compile",
        { client, program, compile_options, compile_options_size },
        keep,
      );
      return new Executable(this.#core, executable, asked.signature);
    };
    const run = () => withKnownFlags(this.platformName, request, compile);
    return waitFor("compile", options, () => this.#core.operation(run), closeLate);
  }

  /**
   * Loads a program that `program.serialize()` wrote with the same plugin on the same kind of machine.
   * @throws PjrtError for bytes that are damaged or of another plugin; ArgumentError if the results are not the signature's
   */
  async deserialize(bytes: Uint8Array, signature: Signature, options: WaitOptions = {}): Promise<Executable> {
    checkOptions("Client.deserialize", options, WAIT_OPTIONS);
    const client = this.#core.use("deserialize");
    expectBytes("a compiled program", bytes);
    expectSignature(signature);
    const run = async () => {
      const { loaded_executable } = await this.#core.api.callOnThread(
        "PJRT_Executable_DeserializeAndLoad",
        { client, serialized_executable: addressOf(bytes), serialized_executable_size: bytes.length },
        [bytes],
      );
      return new Executable(this.#core, loaded_executable, signature);
    };
    return waitFor("loading a compiled program", options, () => this.#core.operation(run), closeLate);
  }

  /** Loads a program that was compiled for this client's topology. @throws UnsupportedByPluginError before API 0.95 */
  load(program: AheadOfTimeProgram): Executable {
    expectMethod("what Client.load takes", program, "use", "a program that a topology compiled");
    const { loaded_executable } = this.#core.api.call("PJRT_Client_Load", {
      client: this.#core.use("load"),
      executable: program.use("load"),
    });
    return new Executable(this.#core, loaded_executable, program.signature);
  }

  /** Tensors that reach a device in pieces. @throws ArgumentError, UnsupportedByPluginError */
  createTransfer(specs: readonly TensorSpec[], memory?: Memory): Transfer {
    this.#core.use("createTransfer");
    expectSpecs("the tensors of a transfer", specs);
    return new Transfer(this.#core, specs, memory ?? this.#core.devices[0]!.defaultMemory);
  }

  /** A tensor whose contents are whatever the memory held. @throws UnsupportedByPluginError */
  allocate(spec: TensorSpec, target: Device | Memory = this.#defaultDevice()): DeviceBuffer {
    expectSpec("the type of a tensor", spec);
    return allocateOnDevice(this.#core, spec, target);
  }

  /**
   * Copies a tensor to a device. The array is the caller's again when the promise resolves; given up, it may still be read for a while.
   * @throws AbortedError; ArgumentError if the data does not have the bytes that the type needs
   */
  async toDevice(tensor: HostTensor, options: TransferOptions = {}): Promise<DeviceBuffer> {
    checkOptions("Client.toDevice", options, TRANSFER_OPTIONS);
    this.#core.use("toDevice");
    const target = options.target ?? this.#defaultDevice();
    const run = () => transferToDevice(this.#core, tensor, target, options.semantics ?? "copy");
    return waitFor("toDevice", options, () => this.#core.operation(run), closeLate);
  }

  /**
   * A copy of a tensor that the device arranges in another way, on the same device. It goes through host memory.
   * @throws ArgumentError for a text that is no layout of its dimensions
   */
  async copyInLayout(buffer: DeviceBuffer, layout: string): Promise<DeviceBuffer> {
    expectMethod("what is copied in another layout", buffer, "toHost", "a buffer");
    expectString("a layout", layout);
    const { elementType, dimensions, memory: target } = buffer;
    return this.toDevice({ elementType, dimensions, layout, data: await buffer.toHost() }, { target });
  }

  #defaultDevice(): Device | Memory {
    const [device] = this.#core.devices;
    if (device === undefined)
      throw new ArgumentError({ message: "this process can use none of the client's devices" });
    return device;
  }

  /** What is alive. */
  stats(): ClientStats {
    return { ...this.#core.resources.counts(), inFlight: this.#core.inFlight.taken };
  }

  /** Waits for running work, frees everything made through the client, then the client. Closing twice does nothing. */
  close(): Promise<void> {
    this.#closing ??= this.#core.close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
