/** @file A tensor in a device's memory. */
import { constants } from "node:buffer";
import { type WaitOptions, waitFor, WAIT_OPTIONS } from "../support/wait.js";
import { PJRT_Buffer_MemoryLayout_Type } from "./abi/index.js";
import type { ClientCore } from "./client-core.js";
import { Device, Memory } from "./device.js";
import {
  bytesPerElement,
  elementTypeFromNumber,
  type ElementTypeName,
  elementTypeNumber,
} from "./element-type.js";
import { ArgumentError, ifSupported } from "./errors.js";
import { layoutOfBuffer } from "./extensions/layouts.js";
import { addressOf } from "./ffi.js";
import { expectBytes, expectSpec } from "./given.js";
import { rowMajorLayout, sameLayout } from "./layout.js";
import { readInt64s } from "./memory-reading.js";
import { toRowMajor } from "./row-major.js";
import type { Resource } from "./resources.js";
import { checkDimensions, formatType, hostBytes, type TensorSpec } from "./signature.js";
import { checkOptions } from "../support/options.js";

/** How a buffer came about. */
interface Origin {
  /** Settles when the contents are there, if that is known; else the plugin is asked. */
  readonly definition?: Promise<void>;
  /** How the device arranges it, if that is known; else the plugin is asked when somebody wants to know. */
  readonly layout?: string | undefined;
  /** The host array that the buffer aliases, and the event that tells when the plugin is done with it. */
  readonly alias?: { readonly event: bigint; readonly data: ArrayBufferView };
}

/**
 * A tensor on a device. Close it when it is no longer needed; closing is safe while a program still uses it.
 * Donating it to a program makes it unusable: further use throws HandleClosedError.
 */
export class DeviceBuffer {
  readonly elementType: ElementTypeName;
  readonly dimensions: readonly number[];
  readonly #client: ClientCore;
  readonly #resource: Resource;
  readonly #definition: Promise<void> | undefined;
  #layout: string | undefined;

  /** Whether the buffer uses the caller's own array: it must not change as long as the buffer lives. */
  readonly aliasesHost: boolean;

  /** @param pointer an owned `PJRT_Buffer*` */
  constructor(client: ClientCore, pointer: bigint, spec: TensorSpec, origin: Origin = {}) {
    const { alias } = origin;
    this.#client = client;
    this.elementType = spec.elementType;
    this.dimensions = spec.dimensions;
    this.aliasesHost = alias !== undefined;
    this.#definition = origin.definition;
    this.#layout = origin.layout;
    this.#resource = client.resources.add(this, "buffer", pointer, (buffer) => {
      client.destroyBuffer(buffer);
      // Only now can the plugin be done with the array: a program that still runs may be reading it.
      if (alias !== undefined) client.pump.watch(alias.event, alias.data).catch(() => undefined);
    });
  }

  /** live, donated to a program, or closed. */
  get state(): "live" | "donated" | "closed" {
    return this.#resource.state;
  }

  /** The native pointer. For other handles of this folder. @throws HandleClosedError */
  use(what: string): bigint {
    return this.#resource.use(what);
  }

  /** Whether this buffer belongs to that client. */
  belongsTo(client: ClientCore): boolean {
    return this.#client === client;
  }

  /** Marks the buffer as taken by a program and frees the handle. */
  donate(): void {
    this.#resource.release("donated");
  }

  /** Settles when the contents are there; rejects with the error of the program or transfer that should have made them. */
  get ready(): Promise<void> {
    if (this.#definition !== undefined) return this.#definition;
    return this.#whenReady(this.use("ready"));
  }

  async #whenReady(buffer: bigint): Promise<void> {
    return this.#client.pump.watch(this.#client.api.call("PJRT_Buffer_ReadyEvent", { buffer }).event);
  }

  /**
   * Copies the tensor to host memory: dense, row-major, little-endian; types below a byte take one byte an element.
   * @param into where to write, of exactly the tensor's size; a new array by default. It is written to its end even if the caller gives up
   * @throws HandleClosedError, AbortedError, ArgumentError for a target of the wrong size, or a tensor larger than an array can be; rejects with the error that made the contents fail
   */
  async toHost(into?: Uint8Array<ArrayBuffer>, options: WaitOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    checkOptions("DeviceBuffer.toHost", options, WAIT_OPTIONS);
    if (into !== undefined) expectBytes("the target of toHost", into);
    return waitFor("toHost", options, () => this.#toHost(into));
  }

  async #toHost(into: Uint8Array<ArrayBuffer> | undefined): Promise<Uint8Array<ArrayBuffer>> {
    const src = this.use("toHost");
    const size = hostBytes(this);
    const target = into ?? hostArray(size, formatType(this));
    if (target.byteLength !== size) {
      throw new ArgumentError({
        message: `the target of toHost has the wrong size for ${formatType(this)}`,
        expected: `${size} bytes`,
        got: `${target.byteLength} bytes`,
      });
    }
    if (size === 0) {
      await this.ready;
      return target;
    }
    const minorToMajor = this.dimensions.length < 2 ? undefined : this.#minorToMajor(src);
    const { event } = this.#client.api.call("PJRT_Buffer_ToHostBuffer", {
      src,
      dst: addressOf(target),
      dst_size: size,
    });
    await this.#client.pump.watch(event, target);
    if (minorToMajor === undefined) return target;
    return toRowMajor(target, this.dimensions, minorToMajor, bytesPerElement(this.elementType));
  }

  /** The device's dimension order where it is not row-major; a plugin hands bytes out in that order. */
  #minorToMajor(buffer: bigint): readonly number[] | undefined {
    const layout: Readonly<Record<string, unknown>> = this.#client.api.call("PJRT_Buffer_GetMemoryLayout", {
      buffer,
    });
    if (layout["layout.type"] !== PJRT_Buffer_MemoryLayout_Type.Tiled) return undefined;
    const pointer = layout["layout.tiled.minor_to_major"] as bigint;
    const order = readInt64s(pointer, layout["layout.tiled.minor_to_major_size"] as number);
    const rank = order.length;
    return order.every((dimension, i) => dimension === rank - 1 - i) ? undefined : order;
  }

  /**
   * Copies a range of the device's own bytes (in its layout) to host memory.
   * @throws ArgumentError for a range outside the buffer; UnsupportedByPluginError
   */
  async readRaw(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const buffer = this.use("readRaw");
    const size = this.onDeviceBytes;
    if (![offset, length].every(Number.isSafeInteger) || offset < 0 || length < 0 || offset + length > size) {
      throw new ArgumentError({
        message: "a range outside the buffer",
        expected: `within ${size} bytes`,
        got: `${String(length)} bytes at ${String(offset)}`,
      });
    }
    const target = new Uint8Array(length);
    if (length === 0) return target;
    const inputs = { buffer, dst: addressOf(target), offset, transfer_size: length };
    await this.#client.pump.watch(this.#client.api.call("PJRT_Buffer_CopyRawToHost", inputs).event, target);
    return target;
  }

  /**
   * The same bytes as a tensor of another type of the same size.
   * @throws ArgumentError if it is not row-major, because the bytes then mean something else; UnsupportedByPluginError before API 0.98
   */
  bitcast(spec: TensorSpec): DeviceBuffer {
    const buffer = this.use("bitcast");
    expectSpec("the type of a tensor", spec);
    checkDimensions(spec.dimensions);
    if (!sameLayout(this.layout, rowMajorLayout(this.dimensions.length), this.dimensions)) {
      throw new ArgumentError({
        message: `the bytes of a ${formatType(this)} cannot be taken as another type`,
        expected: `layout ${rowMajorLayout(this.dimensions.length)}`,
        got: `layout ${this.layout}`,
        hint: "copy it first: client.copyInLayout(buffer, layout)",
      });
    }
    const dims = BigInt64Array.from([...spec.dimensions, ...Array(16).fill(0)], BigInt);
    const { out_buffer } = this.#client.api.call("PJRT_Buffer_Bitcast", {
      buffer,
      element_type: elementTypeNumber(spec.elementType, this.#client.api.minor),
      dims: addressOf(dims),
      num_dims: spec.dimensions.length,
    });
    return new DeviceBuffer(this.#client, out_buffer, {
      elementType: spec.elementType,
      dimensions: [...spec.dimensions],
    });
  }

  /** The type as the plugin tells it; equal to this handle's own. */
  get nativeType(): TensorSpec | undefined {
    const buffer = this.use("nativeType");
    const elementType = elementTypeFromNumber(
      this.#client.api.call("PJRT_Buffer_ElementType", { buffer }).type,
    );
    const { dims, num_dims } = this.#client.api.call("PJRT_Buffer_Dimensions", { buffer });
    return elementType === undefined ? undefined : { elementType, dimensions: readInt64s(dims, num_dims) };
  }

  /** Bytes it takes on the device, padding included. */
  get onDeviceBytes(): number {
    const buffer = this.use("onDeviceBytes");
    return this.#client.api.call("PJRT_Buffer_OnDeviceSizeInBytes", { buffer }).on_device_size_in_bytes;
  }

  get device(): Device {
    return new Device(
      this.#client.api,
      this.#client.api.call("PJRT_Buffer_Device", { buffer: this.use("device") }).device,
    );
  }

  get memory(): Memory {
    return new Memory(
      this.#client.api,
      this.#client.api.call("PJRT_Buffer_Memory", { buffer: this.use("memory") }).memory,
    );
  }

  /**
   * How the device arranges it, as XLA writes layouts: `{1,0}`, `{1,0:T(8,128)}`. Asked of the plugin once. A plugin without the
   * layouts extension tells the order of the dimensions only; one that tells nothing is taken to be row-major.
   */
  get layout(): string {
    const buffer = this.use("layout");
    this.#layout ??=
      ifSupported(() => layoutOfBuffer(this.#client.api, buffer)) ??
      ifSupported(() => this.#orderAsLayout(buffer)) ??
      rowMajorLayout(this.dimensions.length);
    return this.#layout;
  }

  #orderAsLayout(buffer: bigint): string | undefined {
    const order = this.#minorToMajor(buffer);
    return order === undefined ? undefined : `{${order.join(",")}}`;
  }

  get isOnCpu(): boolean {
    return this.#client.api.call("PJRT_Buffer_IsOnCpu", { buffer: this.use("isOnCpu") }).is_on_cpu;
  }

  /** A copy on another device of the same client. */
  copyTo(target: Device | Memory): DeviceBuffer {
    const buffer = this.use("copyTo");
    this.#client.checkTarget(target);
    const { api } = this.#client;
    const { dst_buffer } =
      target instanceof Device
        ? api.call("PJRT_Buffer_CopyToDevice", { buffer, dst_device: target.pointer })
        : api.call("PJRT_Buffer_CopyToMemory", { buffer, dst_memory: target.pointer });
    const { elementType, dimensions } = this;
    return new DeviceBuffer(this.#client, dst_buffer, { elementType, dimensions });
  }

  /** The address of the contents on the device, valid after `ready` and as long as the buffer lives. */
  get unsafePointer(): bigint {
    return this.#client.api.call("PJRT_Buffer_UnsafePointer", { buffer: this.use("unsafePointer") })
      .buffer_pointer;
  }

  /** Frees the tensor. Closing twice, or after donation, does nothing. */
  close(): void {
    this.#resource.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The largest array, in bytes: 4 GiB on Node 20. */
const LARGEST_ARRAY = constants.MAX_LENGTH;

/** @throws ArgumentError for more bytes than an array can have */
function hostArray(bytes: number, type: string): Uint8Array<ArrayBuffer> {
  if (bytes <= LARGEST_ARRAY) return new Uint8Array(bytes);
  throw new ArgumentError({
    message: `a ${type} is larger than an array of this version of Node can be`,
    expected: `at most ${LARGEST_ARRAY} bytes`,
    got: `${bytes} bytes`,
    hint: "read it in pieces: buffer.readRaw(offset, length) gives the device's own bytes, in the order of buffer.layout",
  });
}
