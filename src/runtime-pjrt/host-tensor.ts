/** @file From host memory to a device. */
import { remember } from "../support/remember.js";
import { type WaitOptions, WAIT_OPTIONS } from "../support/wait.js";
import { PJRT_HostBufferSemantics } from "./abi/index.js";
import { DeviceBuffer } from "./buffer.js";
import type { ClientCore } from "./client-core.js";
import { Device, type Memory } from "./device.js";
import { elementTypeNumber, type ElementTypeName } from "./element-type.js";
import { ArgumentError } from "./errors.js";
import { addressOf, preferLargePages } from "./ffi.js";
import { expectSpec, expectView } from "./given.js";
import { rowMajorLayout, sameLayout } from "./layout.js";
import { nativeIntegers, writeLayout } from "./native-layout.js";
import { withRoom } from "./out-of-memory.js";
import { checkDimensions, formatType, hostBytes, type TensorSpec } from "./signature.js";
import type { OptionNames } from "../support/options.js";

/** A tensor in host memory: dense, row-major, little-endian; types below a byte take one byte an element. */
export interface HostTensor {
  readonly elementType: ElementTypeName;
  readonly dimensions: readonly number[];
  /** How the device shall arrange it, e.g. `{0,1}`; the data is row-major all the same. Default: as the client arranges such tensors. */
  readonly layout?: string | undefined;
  readonly data: ArrayBufferView;
}

/** Where a tensor goes, and who owns its bytes. */
export interface TransferOptions extends WaitOptions {
  /** Default: the client's first device. */
  readonly target?: Device | Memory | undefined;
  /**
   * `copy` (default): the array is the caller's again when the promise resolves. `zero-copy`: the buffer may use the array's own
   * memory, which must not change before the buffer is closed; it happens where the address is aligned to 64 bytes.
   */
  readonly semantics?: "copy" | "zero-copy" | undefined;
}

export const TRANSFER_OPTIONS: OptionNames<TransferOptions> = {
  ...WAIT_OPTIONS,
  target: true,
  semantics: true,
};

/** From this size on the plugin's own copying would be felt on the event loop. */
const LARGE_BYTES = 1 << 20;

/** Memory at an address that is a multiple of `alignment` bytes, in large pages where there are any, for zero-copy transfers. */
export function allocateAligned(byteLength: number, alignment = 64): Uint8Array<ArrayBuffer> {
  const buffer = new ArrayBuffer(byteLength + alignment);
  preferLargePages(buffer);
  const past = Number(addressOf(buffer) % BigInt(alignment));
  return new Uint8Array(buffer, past === 0 ? 0 : alignment - past, byteLength);
}

/** @throws ArgumentError if the data does not have the bytes that the type needs */
export async function transferToDevice(
  client: ClientCore,
  tensor: HostTensor,
  target: Device | Memory,
  semantics: "copy" | "zero-copy",
): Promise<DeviceBuffer> {
  expectSpec("a tensor", tensor);
  const { elementType, dimensions, data } = tensor;
  expectView("the data of a tensor", data);
  const type = elementTypeNumber(elementType, client.api.minor);
  checkDimensions(dimensions);
  client.checkTarget(target);
  const bytes = hostBytes(tensor);
  if (data.byteLength !== bytes) {
    throw new ArgumentError({
      message: `the data of a ${formatType(tensor)} has the wrong size`,
      expected: `${bytes} bytes`,
      got: `${data.byteLength} bytes`,
      hint: data.byteLength === 0 ? "was its array transferred to another thread?" : undefined,
    });
  }
  const isRowMajor =
    tensor.layout === undefined || sameLayout(tensor.layout, rowMajorLayout(dimensions.length), dimensions);
  if (!isRowMajor) await checkRearranges(client, target);
  const dims = nativeIntegers(dimensions);
  const { api } = client;
  const layout = tensor.layout === undefined ? undefined : writeLayout(api, tensor.layout, dimensions.length);
  const inputs = {
    client: client.use("toDevice"),
    data: addressOf(data),
    type,
    dims: addressOf(dims),
    num_dims: dimensions.length,
    host_buffer_semantics: hostSemantics(semantics, bytes),
    device_layout: layout?.address ?? 0n,
    ...(target instanceof Device ? { device: target.pointer } : { memory: target.pointer }),
  };
  const out = await withRoom(client, () =>
    bytes < LARGE_BYTES || semantics === "zero-copy"
      ? api.call("PJRT_Client_BufferFromHostBuffer", inputs)
      : api.callOnThread("PJRT_Client_BufferFromHostBuffer", inputs, [data, dims, layout]),
  );
  const spec = { elementType, dimensions: [...dimensions] };
  const arranged = (buffer: DeviceBuffer) =>
    tensor.layout === undefined ? buffer : arrangedAs(tensor.layout, buffer);
  if (semantics === "zero-copy" && !client.pump.takeIfReady(out.done_with_host_buffer)) {
    const alias = { event: out.done_with_host_buffer, data };
    return arranged(new DeviceBuffer(client, out.buffer, spec, { alias }));
  }
  const buffer = new DeviceBuffer(client, out.buffer, spec);
  if (semantics === "copy") await client.pump.watch(out.done_with_host_buffer, data);
  return arranged(buffer);
}

const rearranging = new WeakMap<ClientCore, Promise<boolean>>();

/**
 * Some plugins (XLA of API 0.81 and 0.106) note a layout and leave the bytes as they came: the numbers would be others. Tried once for each
 * client, on four bytes.
 * @throws ArgumentError if the plugin is one of them
 */
async function checkRearranges(client: ClientCore, target: Device | Memory): Promise<void> {
  if (await remember(rearranging, client, () => tryRearranging(client, target))) return;
  throw new ArgumentError({
    message: `${client.api.plugin} cannot upload in another layout than row-major`,
    expected: "a plugin that rearranges what it is given (API 0.115 does)",
    hint: "write the program without mhlo.layout_mode, or use another plugin",
  });
}

async function tryRearranging(client: ClientCore, target: Device | Memory): Promise<boolean> {
  const data = new Uint8Array([0, 1, 2, 3]);
  const dims = nativeIntegers([2, 2]);
  const layout = writeLayout(client.api, "{0,1}", 2);
  const out = client.api.call("PJRT_Client_BufferFromHostBuffer", {
    client: client.use("toDevice"),
    data: addressOf(data),
    type: elementTypeNumber("ui8", client.api.minor),
    dims: addressOf(dims),
    num_dims: 2,
    host_buffer_semantics: PJRT_HostBufferSemantics.kImmutableUntilTransferCompletes,
    device_layout: layout.address,
    ...(target instanceof Device ? { device: target.pointer } : { memory: target.pointer }),
  });
  using buffer = new DeviceBuffer(client, out.buffer, { elementType: "ui8", dimensions: [2, 2] });
  await client.pump.watch(out.done_with_host_buffer, data);
  return String(await buffer.toHost()) === "0,1,2,3";
}

/** @throws ArgumentError, with the buffer closed, if the plugin arranged it in another way than it was asked to */
export function arrangedAs(layout: string, buffer: DeviceBuffer): DeviceBuffer {
  const got = buffer.layout;
  if (sameLayout(got, layout, buffer.dimensions)) return buffer;
  buffer.close();
  throw new ArgumentError({
    message: `the plugin does not arrange a ${formatType(buffer)} as it was asked to`,
    expected: `layout ${layout}`,
    got: `layout ${got}`,
  });
}

function hostSemantics(wanted: "copy" | "zero-copy", bytes: number): number {
  if (wanted === "zero-copy") return PJRT_HostBufferSemantics.kImmutableZeroCopy;
  return bytes < LARGE_BYTES
    ? PJRT_HostBufferSemantics.kImmutableOnlyDuringCall
    : PJRT_HostBufferSemantics.kImmutableUntilTransferCompletes;
}

/** @throws ArgumentError, UnsupportedByPluginError */
export function allocateOnDevice(
  client: ClientCore,
  spec: TensorSpec,
  target: Device | Memory,
): DeviceBuffer {
  const shape_element_type = elementTypeNumber(spec.elementType, client.api.minor);
  checkDimensions(spec.dimensions);
  client.checkTarget(target);
  const dims = nativeIntegers(spec.dimensions);
  const layout =
    spec.layout === undefined ? undefined : writeLayout(client.api, spec.layout, spec.dimensions.length);
  const { buffer } = client.api.call("PJRT_Client_CreateUninitializedBuffer", {
    client: client.use("allocate"),
    shape_dims: addressOf(dims),
    shape_num_dims: spec.dimensions.length,
    shape_element_type,
    shape_layout: layout?.address ?? 0n,
    ...(target instanceof Device ? { device: target.pointer } : { memory: target.pointer }),
  });
  const { elementType, dimensions } = spec;
  const allocated = new DeviceBuffer(client, buffer, { elementType, dimensions: [...dimensions] });
  return spec.layout === undefined ? allocated : arrangedAs(spec.layout, allocated);
}
