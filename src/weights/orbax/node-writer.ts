/** @file Nodes of OCDBT, written: the numbers and tables inside, and the outer form around them (length, checksum; nothing is compressed). */
import { littleEndian } from "../little-endian.js";
import { crc32c } from "./crc32c.js";
import type { DataFile } from "./node-bytes.js";

/** How many bytes two keys begin with alike. */
export function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return most;
}

/** Writes a node from its first byte to its last. */
export class NodeWriter {
  readonly #parts: Uint8Array[] = [];

  bytes(...values: readonly Uint8Array[]): void {
    this.#parts.push(...values);
  }

  /** The lowest `bytes` bytes of a number, the lowest first. */
  number(value: number, bytes: number): void {
    this.#parts.push(Uint8Array.from(littleEndian(value, bytes)));
  }

  /** LEB128. */
  varint(value: number): void {
    this.varints([value]);
  }

  varints(values: readonly number[]): void {
    const bytes: number[] = [];
    for (const value of values) {
      let rest = value;
      for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
      bytes.push(rest);
    }
    this.#parts.push(Uint8Array.from(bytes));
  }

  /**
   * Keys, sorted, each as what it has not in common with the one before.
   * @param commonLengths stand between the keys' lengths and the keys, in nodes that have children
   */
  keys(keys: readonly Uint8Array[], commonLengths: readonly number[] = []): void {
    const shared = keys.map((key, i) => (i === 0 ? 0 : sharedLength(keys[i - 1]!, key)));
    this.varints(shared.slice(1));
    this.varints(keys.map(({ length }, i) => length - shared[i]!));
    this.varints(commonLengths);
    for (const [i, key] of keys.entries()) this.bytes(key.subarray(shared[i]));
  }

  /** The table of the files that a node refers to: one, or none. */
  dataFile(file: DataFile | undefined): void {
    const path = Buffer.from(file?.path ?? "");
    this.varints(file === undefined ? [0] : [1, path.length, Buffer.byteLength(file.base)]);
    this.bytes(path);
  }

  /** The node as it is stored. */
  sealed(magic: number): Uint8Array {
    const body = Buffer.concat(this.#parts);
    const bytes = Buffer.alloc(HEADER_BYTES + body.length + CHECKSUM_BYTES);
    bytes.writeUInt32BE(magic, 0);
    bytes.writeBigUInt64LE(BigInt(bytes.length), 4);
    // Version 0, compression 0, as the buffer is.
    bytes.set(body, HEADER_BYTES);
    const end = bytes.length - CHECKSUM_BYTES;
    bytes.writeUInt32LE(crc32c(bytes.subarray(0, end)), end);
    return bytes;
  }
}

/** Kind, length, version and compression. */
const HEADER_BYTES = 14;
const CHECKSUM_BYTES = 4;
