/** @file Bytes that a plugin allocates: copied, then given back to the deleter that came with them. */
import { callDeleter, copyBytes } from "./ffi.js";

/** A copy of the bytes; their owner is deleted. */
export function takeBytes(
  address: bigint,
  length: number,
  owner: bigint,
  deleter: bigint,
): Uint8Array<ArrayBuffer> {
  try {
    return copyBytes(address, length);
  } finally {
    callDeleter(deleter, owner);
  }
}
