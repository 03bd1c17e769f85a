/** @file Tensors that reach a device in pieces, e.g. straight from a file that is read by and by. */
import { type WaitOptions, waitFor, WAIT_OPTIONS } from "../support/wait.js";
import { arrangementOf } from "./arrangement.js";
import { DeviceBuffer } from "./buffer.js";
import type { ClientCore } from "./client-core.js";
import type { Memory } from "./device.js";
import { elementTypeNumber } from "./element-type.js";
import { ArgumentError, ifSupported } from "./errors.js";
import { defaultLayout } from "./extensions/layouts.js";
import { addressOf } from "./ffi.js";
import { expectView } from "./given.js";
import { arrangedAs } from "./host-tensor.js";
import { nativeIntegers, writeLayout } from "./native-layout.js";
import type { Resource } from "./resources.js";
import { checkDimensions, formatType, hostBytes, type TensorSpec } from "./signature.js";
import { StagedTensor } from "./staged-tensor.js";
import { writeStructs } from "./struct.js";
import { checkOptions } from "../support/options.js";

/**
 * Device tensors under way: write the row-major bytes of each, in any number of pieces, then take the buffer. Close it. A tensor whose
 * layout has another order of dimensions is kept in host memory until its last piece has come.
 */
export class Transfer {
  readonly #client: ClientCore;
  readonly #resource: Resource;
  readonly #specs: readonly TensorSpec[];
  readonly #retrieved = new Set<number>();
  /** By index, the tensors that lie on the device in another order than their bytes come in. */
  readonly #staged: ReadonlyMap<number, StagedTensor>;

  /** @throws ArgumentError for types and layouts whose bytes cannot be sent in pieces; UnsupportedByPluginError */
  constructor(client: ClientCore, specs: readonly TensorSpec[], memory: Memory) {
    client.checkTarget(memory);
    const { api } = client;
    const dims = specs.map(({ dimensions }) => {
      checkDimensions(dimensions);
      return nativeIntegers(dimensions);
    });
    const arrangements = specs.map((spec) => {
      const ask = () => defaultLayout(api, client.use("createTransfer"), spec);
      return arrangementOf(spec, ifSupported(ask));
    });
    const isTold = arrangements.some(({ isDefault }) => !isDefault);
    const layouts = !isTold
      ? []
      : arrangements.map(({ layout }, i) => writeLayout(api, layout, specs[i]!.dimensions.length));
    const layoutList = new BigUint64Array(Math.max(16, layouts.length));
    layouts.forEach(({ address }, i) => {
      layoutList[i] = address;
    });
    const shapes = writeStructs(
      "PJRT_ShapeSpec",
      api.minor,
      specs.map(({ elementType, dimensions }, i) => ({
        dims: addressOf(dims[i]!),
        num_dims: dimensions.length,
        element_type: elementTypeNumber(elementType, api.minor),
      })),
    );
    const { transfer_manager } = api.call("PJRT_Client_CreateBuffersForAsyncHostToDevice", {
      client: client.use("createTransfer"),
      shape_specs: shapes.address,
      num_shape_specs: specs.length,
      device_layouts: isTold ? addressOf(layoutList) : 0n,
      num_device_layouts: layouts.length,
      memory: memory.pointer,
    });
    this.#client = client;
    this.#specs = specs.map((spec) => ({ ...spec, dimensions: [...spec.dimensions] }));
    this.#staged = new Map(
      arrangements.flatMap(({ order }, i) =>
        order === undefined ? [] : [[i, new StagedTensor(this.#specs[i]!, order)] as const],
      ),
    );
    this.#resource = client.resources.add(this, "transfer", transfer_manager, (manager) => {
      api.call("PJRT_AsyncHostToDeviceTransferManager_Destroy", { transfer_manager: manager });
    });
  }

  /**
   * Writes bytes of tensor `index` at a byte offset; the array is the caller's again when the promise resolves.
   * @param isLast whether these are the tensor's last bytes to be written
   * @throws AbortedError, the array then being read to its end; ArgumentError for bytes outside the tensor
   */
  write(
    index: number,
    data: ArrayBufferView,
    offset: number,
    isLast: boolean,
    options: WaitOptions = {},
  ): Promise<void> {
    checkOptions("Transfer.write", options, WAIT_OPTIONS);
    expectView("what is written to a transfer", data);
    return waitFor("writing to a transfer", options, () => this.#write(index, data, offset, isLast));
  }

  async #write(index: number, data: ArrayBufferView, offset: number, isLast: boolean): Promise<void> {
    const transfer_manager = this.#resource.use("write");
    const spec = this.#spec(index);
    const size = hostBytes(spec);
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + data.byteLength > size) {
      throw new ArgumentError({
        message: `bytes outside tensor ${index} of a transfer, ${formatType(spec)}`,
        expected: `at most ${size} bytes`,
        got: `${data.byteLength} bytes at ${offset}`,
      });
    }
    const staged = this.#staged.get(index);
    if (staged === undefined) return this.#send(transfer_manager, index, data, offset, isLast);
    staged.write(data, offset);
    if (isLast) return this.#send(transfer_manager, index, staged.arranged(), 0, true);
  }

  async #send(
    transfer_manager: bigint,
    index: number,
    data: ArrayBufferView,
    offset: number,
    isLast: boolean,
  ): Promise<void> {
    const { done_with_h2d_transfer } = this.#client.api.call(
      "PJRT_AsyncHostToDeviceTransferManager_TransferData",
      {
        transfer_manager,
        buffer_index: index,
        data: addressOf(data),
        offset,
        transfer_size: data.byteLength,
        is_last_transfer: isLast,
      },
    );
    await this.#client.pump.watch(done_with_h2d_transfer, data);
  }

  /** The buffer of a tensor, once; its contents follow with the bytes. */
  buffer(index: number): DeviceBuffer {
    const transfer_manager = this.#resource.use("buffer");
    const spec = this.#spec(index);
    if (this.#retrieved.has(index))
      throw new ArgumentError({ message: `the buffer of tensor ${index} was taken before` });
    this.#retrieved.add(index);
    const { buffer_out } = this.#client.api.call("PJRT_AsyncHostToDeviceTransferManager_RetrieveBuffer", {
      transfer_manager,
      buffer_index: index,
    });
    const buffer = new DeviceBuffer(this.#client, buffer_out, spec);
    return spec.layout === undefined ? buffer : arrangedAs(spec.layout, buffer);
  }

  #spec(index: number): TensorSpec {
    const spec = this.#specs[index];
    if (spec !== undefined) return spec;
    throw new ArgumentError({
      message: "no such tensor in the transfer",
      expected: `0 to ${this.#specs.length - 1}`,
      got: String(index),
    });
  }

  close(): void {
    this.#resource.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
