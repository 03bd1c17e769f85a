/** @file Topologies: devices that are described, not present. Programs are compiled for them ahead of time. */
import { type WaitOptions, waitFor, WAIT_OPTIONS } from "../support/wait.js";
import type { Api } from "./call.js";
import { compileArguments, type CompileRequest } from "./compile.js";
import { DeviceDescription } from "./device.js";
import { addressOf } from "./ffi.js";
import { expectBytes } from "./given.js";
import { withKnownFlags } from "./known-flags.js";
import { readInt32s, readPointers, readText } from "./memory-reading.js";
import { type Attributes, type Options, readAttributes, writeOptions } from "./named-value.js";
import { takeBytes } from "./owned-bytes.js";
import type { PluginCore } from "./plugin-core.js";
import { CompiledProgram } from "./program.js";
import type { Resource, ResourceTable } from "./resources.js";
import type { Signature } from "./signature.js";
import { checkOptions } from "../support/options.js";

const utf8 = new TextEncoder();

/** A program compiled for a topology: it can be looked at and written, not run. Close it. */
export class AheadOfTimeProgram extends CompiledProgram {
  readonly #resource: Resource;

  /** @param pointer an owned `PJRT_Executable*` */
  constructor(
    api: Api,
    resources: ResourceTable,
    pointer: bigint,
    readonly signature: Signature,
  ) {
    super(api, (what) => this.#resource.use(what));
    this.#resource = resources.add(this, "executable", pointer, (executable) => {
      api.call("PJRT_Executable_Destroy", { executable });
    });
  }

  close(): void {
    this.#resource.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** An arrangement of devices, such as "v5e:2x2". Needs no device. Close it. */
export class Topology {
  readonly #api: Api;
  readonly #resources: ResourceTable;
  readonly #use: (what: string) => bigint;
  readonly #resource: Resource | undefined;

  private constructor(plugin: PluginCore, owned: bigint | undefined, borrowed?: (what: string) => bigint) {
    this.#api = plugin.api;
    this.#resources = plugin.resources;
    if (owned !== undefined) {
      this.#resource = plugin.resources.add(this, "topology", owned, (topology) => {
        plugin.api.call("PJRT_TopologyDescription_Destroy", { topology });
      });
    }
    this.#use = borrowed ?? ((what) => this.#resource!.use(what));
  }

  /** A client's own topology. @param check throws when the client is closed */
  static borrow(plugin: PluginCore, pointer: bigint, check: () => void): Topology {
    return new Topology(plugin, undefined, () => {
      check();
      return pointer;
    });
  }

  /**
   * @param name as the plugin names topologies: "v5e:2x2", "v4:2x2x1", "v6e:1x1"
   * @throws PjrtError for a name that the plugin does not know; UnsupportedByPluginError if it has no topologies
   */
  static async create(plugin: PluginCore, name: string, options: Options = {}): Promise<Topology> {
    const text = utf8.encode(name);
    const given = writeOptions(options, plugin.api.minor);
    const { topology } = await plugin.api.callOnThread(
      "PJRT_TopologyDescription_Create",
      {
        topology_name: addressOf(text),
        topology_name_size: text.length,
        create_options: given.count === 0 ? 0n : given.memory.address,
        num_options: given.count,
      },
      [text, given],
    );
    return new Topology(plugin, topology);
  }

  /** Reads what `serialize` wrote. @throws PjrtError */
  static deserialize(plugin: PluginCore, bytes: Uint8Array): Topology {
    expectBytes("a topology", bytes);
    const { topology } = plugin.api.call("PJRT_TopologyDescription_Deserialize", {
      serialized_topology: addressOf(bytes),
      serialized_topology_size: bytes.length,
    });
    return new Topology(plugin, topology);
  }

  get platformName(): string {
    const topology = this.#use("platformName");
    const out = this.#api.call("PJRT_TopologyDescription_PlatformName", { topology });
    return readText(out.platform_name, out.platform_name_size);
  }

  get platformVersion(): string {
    const topology = this.#use("platformVersion");
    const out = this.#api.call("PJRT_TopologyDescription_PlatformVersion", { topology });
    return readText(out.platform_version, out.platform_version_size);
  }

  get attributes(): Attributes {
    const out = this.#api.call("PJRT_TopologyDescription_Attributes", {
      topology: this.#use("attributes"),
    });
    return readAttributes(out.attributes, out.num_attributes);
  }

  /** Numbers of the kinds of memory. @throws UnsupportedByPluginError before API 0.110 */
  get memoryKindIds(): readonly number[] {
    const topology = this.#use("memoryKindIds");
    const out = this.#api.call("PJRT_TopologyDescription_GetMemorySpaceKindIds", { topology });
    return readInt32s(out.memory_space_kind_ids, out.num_memory_space_kind_ids);
  }

  get devices(): readonly DeviceDescription[] {
    const topology = this.#use("devices");
    const out = this.#api.call("PJRT_TopologyDescription_GetDeviceDescriptions", { topology });
    return readPointers(out.descriptions, out.num_descriptions).map(
      (device) => new DeviceDescription(this.#api, device),
    );
  }

  /** A hash of the arrangement. @throws UnsupportedByPluginError before API 0.101 */
  get fingerprint(): bigint {
    const topology = this.#use("fingerprint");
    return this.#api.call("PJRT_TopologyDescription_Fingerprint", { topology }).fingerprint;
  }

  serialize(): Uint8Array<ArrayBuffer> {
    const out = this.#api.call("PJRT_TopologyDescription_Serialize", {
      topology: this.#use("serialize"),
    });
    const { serialized_bytes, serialized_bytes_size, serialized_topology, serialized_topology_deleter } = out;
    return takeBytes(
      serialized_bytes,
      serialized_bytes_size,
      serialized_topology,
      serialized_topology_deleter,
    );
  }

  /**
   * Compiles a program for these devices, on a thread of its own.
   * @throws PjrtError as the compiler says; ArgumentError if the signature's results are not the program's
   */
  compile(request: CompileRequest, options: WaitOptions = {}): Promise<AheadOfTimeProgram> {
    checkOptions("Topology.compile", options, WAIT_OPTIONS);
    return waitFor(
      "compile",
      options,
      async () => {
        // Before its name is read: one that is closed has none.
        this.#use("compile");
        return withKnownFlags(this.platformName, request, (asked) => this.#compile(asked));
      },
      (late) => late.close(),
    );
  }

  async #compile(request: CompileRequest): Promise<AheadOfTimeProgram> {
    const topology = this.#use("compile");
    const { program, compile_options, compile_options_size, keep } = compileArguments(this.#api, request);
    const { executable } = await this.#api.callOnThread(
      "PJRT_Compile",
      { topology, program, compile_options, compile_options_size },
      [keep, this],
    );
    const compiled = new AheadOfTimeProgram(this.#api, this.#resources, executable, request.signature);
    try {
      compiled.checkResults(request.signature);
    } catch (error) {
      compiled.close();
      throw error;
    }
    return compiled;
  }

  /** Frees the topology; one that belongs to a client is left alone. */
  close(): void {
    this.#resource?.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
