/** @file Tensors that go into compiled functions, and come out of them. */
import type { DType, Spec, Tensor } from "../../dsl/index.js";
import { type ArrayOf, decodeArray, type Numbers } from "../../program/index.js";
import type { DeviceBuffer } from "../../runtime-pjrt/index.js";
import type { BufferElementType } from "../../support/buffer-element-types.js";

/** A tensor in host memory: dense, row-major. */
export interface HostTensor<A extends string = string, D extends DType = DType> {
  readonly dtype: D;
  /** Names of the axes, outermost first. */
  readonly axes: readonly A[];
  /** Sizes in elements. */
  readonly shape: readonly number[];
  /** The elements: `Float32Array` of f32, `BigInt64Array` of i64 ...; floats below 32 bits as the numbers they are. */
  readonly data: ArrayOf<D>;
}

/** `[batch 2, model 64] f32`. */
export const describeTensor = (axes: readonly string[], shape: readonly number[], dtype: string): string =>
  `[${axes.map((name, i) => `${name} ${shape[i]}`).join(", ")}] ${dtype}`;

/** Memory of a tensor where programs run. */
export interface HeldMemory {
  readonly elementType: BufferElementType;
  readonly dimensions: readonly number[];
  toHost(): Promise<Uint8Array<ArrayBuffer>>;
  close(): void;
}

/** A tensor where the program runs, to be handed to the next call as it lies there. Close it. */
export class DeviceTensor<A extends string = string, D extends DType = DType> implements Disposable {
  /** Keeps tensors of other axes and types apart. */
  declare protected readonly kind: readonly [A, D];

  constructor(
    readonly axes: readonly A[],
    readonly dtype: D,
    readonly memory: HeldMemory,
  ) {}

  get shape(): readonly number[] {
    return this.memory.dimensions;
  }

  /** Copies it to the host. */
  async toHost(): Promise<HostTensor<A, D>> {
    const { axes, dtype, shape } = this;
    return { axes, dtype, shape, data: decodeArray(dtype, await this.memory.toHost()) };
  }

  close(): void {
    this.memory.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Anything that an argument may be given as. */
export type AnyGiven = Numbers | ArrayBufferView | HostTensor | DeviceTensor | DeviceBuffer;

/**
 * What an argument may be given as: numbers (flat, or lists in lists), the typed array of its elements, a result of another call, or a buffer of
 * the client.
 */
export type Given<S> =
  S extends Spec<infer A, infer D>
    ? Numbers | ArrayOf<D> | HostTensor<A, D> | DeviceTensor<A, D> | DeviceBuffer
    : AnyGiven;

/** Arguments by name. */
export type GivenOf<S> = { readonly [K in keyof S]: Given<S[K]> };

/** Results in host memory, by name. */
export type HostTensorsOf<O> = {
  readonly [K in keyof O]: O[K] extends Tensor<infer A, infer D> ? HostTensor<A, D> : HostTensor;
};

/** Results where the program runs, by name. */
export type DeviceTensorsOf<O> = {
  readonly [K in keyof O]: O[K] extends Tensor<infer A, infer D> ? DeviceTensor<A, D> : DeviceTensor;
};
