/** @file The bytes of a chunk of zarr, as they were before they were stored: taken apart, checked, row-major. */
import { packedBytes, type StoredType } from "../dtype.js";
import { CheckpointError } from "../errors.js";
import { packStrided, rowMajorStrides } from "../strided.js";
import { decompress } from "./codecs.js";
import { crc32c } from "./crc32c.js";
import type { Allocate } from "../memory.js";

/** What took the bytes of a chunk: a compressor, or a checksum behind the bytes. */
export type Decoder = { readonly kind: "compressor"; readonly name: string } | { readonly kind: "crc32c" };

/** How chunks of an array are stored. */
export interface ChunkForm {
  readonly dtype: StoredType;
  readonly chunks: readonly number[];
  /** Whether the first axis of a chunk is the one whose neighbours lie together. */
  readonly fortran: boolean;
  /** In order of taking them apart. */
  readonly decoders: readonly Decoder[];
}

/** A chunk's place for messages: the checkpoint, and the chunk's key in it. */
export interface ChunkName {
  readonly where: string;
  readonly what: string;
}

/**
 * The chunk that was stored as `stored`.
 * @param allocate gives memory for it, which is used where it can be; new memory by default
 * @throws CheckpointError for one that is cut off, changed or of another size
 */
export async function decodeChunk(
  { dtype, chunks, fortran, decoders }: ChunkForm,
  stored: Uint8Array<ArrayBuffer>,
  name: ChunkName,
  allocate?: Allocate,
): Promise<Uint8Array<ArrayBuffer>> {
  const expected = packedBytes(dtype, chunks)!;
  const bytes = await takeApart(decoders, stored, expected, name, fortran ? undefined : allocate);
  if (bytes.length !== expected) throw wrongSize({ dtype, chunks }, bytes.length, name);
  if (!fortran) return bytes;
  const packed = allocate?.(expected) ?? new Uint8Array(expected);
  const strides = rowMajorStrides(chunks.toReversed()).toReversed();
  packStrided(bytes, packedBytes(dtype, [1])!, { shape: chunks, strides }, packed);
  return packed;
}

async function takeApart(
  decoders: readonly Decoder[],
  stored: Uint8Array<ArrayBuffer>,
  chunkBytes: number,
  name: ChunkName,
  allocate: Allocate = (length) => new Uint8Array(length),
): Promise<Uint8Array<ArrayBuffer>> {
  // What one compressor makes may be compressed once more, and have a checksum behind it.
  const mostBetween = chunkBytes + Math.ceil(chunkBytes / 64) + 1024;
  let bytes = stored;
  for (const [i, decoder] of decoders.entries()) {
    const into = i === decoders.length - 1 ? { most: chunkBytes, allocate } : { most: mostBetween };
    bytes =
      decoder.kind === "crc32c"
        ? withoutChecksum(bytes, name)
        : await decompress(decoder.name, bytes, { ...name, ...into });
  }
  return bytes;
}

/** Bytes without the checksum behind them. @throws CheckpointError when it is another's */
export function withoutChecksum(bytes: Uint8Array<ArrayBuffer>, name: ChunkName): Uint8Array<ArrayBuffer> {
  const end = Math.max(0, bytes.length - 4);
  const expected =
    bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset + end, 4).getUint32(0, true);
  const data = bytes.subarray(0, end);
  if (crc32c(data) === expected) return data;
  throw chunkError(name, { problem: "its bytes are not those that were saved" });
}

/** A chunk has `got` bytes, and should have others. */
export const wrongSize = (
  { dtype, chunks }: Pick<ChunkForm, "dtype" | "chunks">,
  got: number,
  name: ChunkName,
): CheckpointError =>
  chunkError(name, {
    problem: "a chunk of another size",
    expected: `${packedBytes(dtype, chunks)} bytes for ${dtype} [${chunks.join(", ")}]`,
    got: `${got} bytes`,
  });

/** What is wrong with a chunk. */
export const chunkError = (
  { where, what }: ChunkName,
  problem: { readonly problem: string; readonly expected?: string; readonly got?: string },
  hint = "fetch the checkpoint again",
): CheckpointError => new CheckpointError(where, [{ subject: what, ...problem, hint }]);
