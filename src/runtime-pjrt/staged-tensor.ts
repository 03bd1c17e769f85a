/** @file A tensor that comes in row-major pieces and lies on the device in another order: collected first, arranged, sent whole. */
import { bytesPerElement } from "./element-type.js";
import { allocateAligned } from "./host-tensor.js";
import { fromRowMajor } from "./row-major.js";
import { hostBytes, type TensorSpec } from "./signature.js";

/** The pieces of one tensor, in host memory until the last has come. */
export class StagedTensor {
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(
    readonly spec: TensorSpec,
    readonly minorToMajor: readonly number[],
  ) {
    this.#bytes = allocateAligned(hostBytes(spec));
  }

  /** Takes a piece, a number of row-major bytes at an offset. */
  write(data: ArrayBufferView, offset: number): void {
    this.#bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
  }

  /** All bytes in the device's order. */
  arranged(): Uint8Array<ArrayBuffer> {
    const { dimensions, elementType } = this.spec;
    return fromRowMajor(this.#bytes, dimensions, this.minorToMajor, bytesPerElement(elementType));
  }
}
