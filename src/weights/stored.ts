/** @file A tensor of a checkpoint, whatever file format it lies in. */
import type { StoredType } from "./dtype.js";

/** A tensor at rest: what it is, and its bytes on request (row-major, little-endian). */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Path of its file; absent when it is computed. */
  readonly file?: string;
  /**
   * A fresh buffer at each call, or `into`, which has the tensor's size, where the tensor can be read into
   * given memory.
   * @param signal stops it where it is read in pieces
   */
  read(into?: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** Bytes [begin, begin + into.length) in `into`; absent where a part costs as much as all of it. */
  readonly readPart?: (begin: number, into: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;
  /** Whether all of it is read before its first part is given, to be held against a checksum. */
  readonly isChecked?: boolean;
}

/** The tensors of a file, or of a folder that is one store. Close it. */
export interface TensorStore extends AsyncDisposable {
  readonly path: string;
  readonly format: StoreFormat;
  /** What it says beside the tensors, for people. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What a person should know before they rely on it. Default: nothing. */
  readonly notes?: readonly string[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  close(): Promise<void>;
}

/** File formats of tensors. */
export type StoreFormat = "safetensors" | "torch" | "orbax" | "orbax-zarr";
