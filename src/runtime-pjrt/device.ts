/** @file Devices and memories of a client. They belong to the client and are never freed. */
import type { Api } from "./call.js";
import { callDeleter } from "./ffi.js";
import { readPointers, readText } from "./memory-reading.js";
import { type Attributes, readAttributes } from "./named-value.js";

/** What a plugin tells of a device, also of one that is only described by a topology. */
export class DeviceDescription {
  constructor(
    protected readonly api: Api,
    protected readonly description: bigint,
  ) {}

  /** Unique over all processes. */
  get id(): number {
    return this.api.call("PJRT_DeviceDescription_Id", { device_description: this.description }).id;
  }

  get processIndex(): number {
    return this.api.call("PJRT_DeviceDescription_ProcessIndex", { device_description: this.description })
      .process_index;
  }

  /** The vendor's name of the chip, e.g. "TPU v5 lite". */
  get kind(): string {
    const out = this.api.call("PJRT_DeviceDescription_Kind", { device_description: this.description });
    return readText(out.device_kind, out.device_kind_size);
  }

  get attributes(): Attributes {
    const out = this.api.call("PJRT_DeviceDescription_Attributes", { device_description: this.description });
    return readAttributes(out.attributes, out.num_attributes);
  }

  get debugString(): string {
    const out = this.api.call("PJRT_DeviceDescription_DebugString", { device_description: this.description });
    return readText(out.debug_string, out.debug_string_size);
  }

  toString(): string {
    const out = this.api.call("PJRT_DeviceDescription_ToString", { device_description: this.description });
    return readText(out.to_string, out.to_string_size);
  }
}

/** Memory use of a device in bytes; what a plugin does not count is absent. */
export interface DeviceMemoryStats {
  readonly bytesInUse: number;
  readonly peakBytesInUse?: number;
  readonly bytesLimit?: number;
  readonly largestFreeBlockBytes?: number;
  readonly allocationCount?: number;
}

/** A device that programs run on. */
export class Device extends DeviceDescription {
  constructor(
    api: Api,
    readonly pointer: bigint,
  ) {
    super(api, api.call("PJRT_Device_GetDescription", { device: pointer }).device_description);
  }

  /** Whether this process can use it. */
  get isAddressable(): boolean {
    return this.api.call("PJRT_Device_IsAddressable", { device: this.pointer }).is_addressable;
  }

  get localHardwareId(): number {
    return this.api.call("PJRT_Device_LocalHardwareId", { device: this.pointer }).local_hardware_id;
  }

  get memories(): readonly Memory[] {
    const out = this.api.call("PJRT_Device_AddressableMemories", { device: this.pointer });
    return readPointers(out.memories, out.num_memories).map((pointer) => new Memory(this.api, pointer));
  }

  get defaultMemory(): Memory {
    return new Memory(this.api, this.api.call("PJRT_Device_DefaultMemory", { device: this.pointer }).memory);
  }

  /** What the device tells beyond its description. @throws UnsupportedByPluginError before API 0.92 */
  get deviceAttributes(): Attributes {
    const out = this.api.call("PJRT_Device_GetAttributes", { device: this.pointer });
    try {
      return readAttributes(out.attributes, out.num_attributes);
    } finally {
      callDeleter(out.attributes_deleter, out.device_attributes);
    }
  }

  /** Lets the peaks of `memoryStats` start anew. @throws UnsupportedByPluginError before API 0.106 */
  clearMemoryStats(): void {
    this.api.call("PJRT_Device_ClearMemoryStats", { device: this.pointer });
  }

  /** @throws UnsupportedByPluginError where the plugin does not count */
  memoryStats(): DeviceMemoryStats {
    const out = this.api.call("PJRT_Device_MemoryStats", { device: this.pointer });
    return {
      bytesInUse: out.bytes_in_use,
      ...(out.peak_bytes_in_use_is_set && { peakBytesInUse: out.peak_bytes_in_use }),
      ...(out.bytes_limit_is_set && { bytesLimit: out.bytes_limit }),
      ...(out.largest_free_block_bytes_is_set && { largestFreeBlockBytes: out.largest_free_block_bytes }),
      ...(out.num_allocs_is_set && { allocationCount: out.num_allocs }),
    };
  }
}

/** A memory space, such as a device's own memory or pinned host memory. */
export class Memory {
  constructor(
    private readonly api: Api,
    readonly pointer: bigint,
  ) {}

  get id(): number {
    return this.api.call("PJRT_Memory_Id", { memory: this.pointer }).id;
  }

  /** e.g. "device", "pinned_host", "unpinned_host". */
  get kind(): string {
    const out = this.api.call("PJRT_Memory_Kind", { memory: this.pointer });
    return readText(out.kind, out.kind_size);
  }

  get kindId(): number {
    return this.api.call("PJRT_Memory_Kind_Id", { memory: this.pointer }).kind_id;
  }

  get devices(): readonly Device[] {
    const out = this.api.call("PJRT_Memory_AddressableByDevices", { memory: this.pointer });
    return readPointers(out.devices, out.num_devices).map((pointer) => new Device(this.api, pointer));
  }

  get debugString(): string {
    const out = this.api.call("PJRT_Memory_DebugString", { memory: this.pointer });
    return readText(out.debug_string, out.debug_string_size);
  }

  toString(): string {
    const out = this.api.call("PJRT_Memory_ToString", { memory: this.pointer });
    return readText(out.to_string, out.to_string_size);
  }
}
