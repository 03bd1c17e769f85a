/** @file The elements of an array of zarr: its chunks taken apart and put where they belong. */
import { packedBytes } from "../dtype.js";
import { CheckpointError } from "../errors.js";
import { packStrided, rowMajorStrides } from "../strided.js";
import type { ArrayMetadata } from "./array-metadata.js";
import { decompress } from "./codecs.js";
import { crc32c } from "./crc32c.js";
import type { ValueStore } from "./store.js";

/** An array in a store, below a key. */
export interface StoredArray extends ArrayMetadata {
  readonly name: string;
  readonly store: ValueStore;
  /** The folder, for messages. */
  readonly where: string;
}

/** Its elements row-major, in `into` if given. @throws CheckpointError for a chunk that is missing, cut off or of another size */
export async function readArray(
  array: StoredArray,
  into?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { shape, chunks, dtype } = array;
  const whole = shape.every((size, axis) => size === chunks[axis]);
  if (whole) {
    const only = await readChunk(
      array,
      shape.map(() => 0),
    );
    into?.set(only);
    return into ?? only;
  }
  const result = into ?? new Uint8Array(packedBytes(dtype, shape)!);
  const counts = shape.map((size, axis) => Math.ceil(size / chunks[axis]!));
  for (const index of indices(counts)) putChunk(array, index, await readChunk(array, index), result);
  return result;
}

/** All indices below these counts, the last axis fastest. */
function* indices(counts: readonly number[]): Generator<readonly number[]> {
  const [count, ...rest] = counts;
  if (count === undefined) return yield [];
  for (let i = 0; i < count; i++) for (const others of indices(rest)) yield [i, ...others];
}

/** A chunk as it was before it was stored, row-major. */
async function readChunk(array: StoredArray, index: readonly number[]): Promise<Uint8Array<ArrayBuffer>> {
  const { name, store, where, dtype, chunks, fortran } = array;
  const what = `${name}/${array.keyOf(index)}`;
  const stored = await store.read(what);
  const expected = packedBytes(dtype, chunks)!;
  if (stored === undefined) {
    const hint = "fetch the checkpoint again: what is not there might have been anything";
    throw new CheckpointError(where, [
      { subject: what, problem: "missing", expected: `a chunk of ${expected} bytes`, hint },
    ]);
  }
  const bytes = await decode(array, what, stored, expected);
  if (bytes.length !== expected) {
    throw new CheckpointError(where, [
      {
        subject: what,
        problem: "a chunk of another size",
        expected: `${expected} bytes for ${dtype} [${chunks.join(", ")}]`,
        got: `${bytes.length} bytes`,
        hint: "fetch the checkpoint again",
      },
    ]);
  }
  if (!fortran) return bytes;
  const packed = new Uint8Array(expected);
  const strides = rowMajorStrides(chunks.toReversed()).toReversed();
  packStrided(bytes, packedBytes(dtype, [1])!, { shape: chunks, strides }, packed);
  return packed;
}

async function decode(
  { where, decoders }: StoredArray,
  what: string,
  stored: Uint8Array<ArrayBuffer>,
  chunkBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // What one compressor makes may be compressed once more, and have a checksum behind it.
  const most = chunkBytes + Math.ceil(chunkBytes / 64) + 1024;
  let bytes = stored;
  for (const decoder of decoders) {
    bytes =
      decoder.kind === "crc32c"
        ? checked(bytes, where, what)
        : await decompress(decoder.name, bytes, { where, what, most });
  }
  return bytes;
}

/** Bytes without the checksum behind them. */
function checked(bytes: Uint8Array<ArrayBuffer>, where: string, what: string): Uint8Array<ArrayBuffer> {
  const end = Math.max(0, bytes.length - 4);
  const expected =
    bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset + end, 4).getUint32(0, true);
  const data = bytes.subarray(0, end);
  if (crc32c(data) === expected) return data;
  const hint = "fetch the checkpoint again";
  throw new CheckpointError(where, [
    { subject: what, problem: "its bytes are not those that were saved", hint },
  ]);
}

/** Copies the part of a chunk that lies in the array: chunks at the end reach beyond it. */
function putChunk(
  { shape, chunks, dtype }: StoredArray,
  index: readonly number[],
  chunk: Uint8Array<ArrayBuffer>,
  result: Uint8Array<ArrayBuffer>,
): void {
  const elementBytes = packedBytes(dtype, [1])!;
  const [from, to] = [rowMajorStrides(chunks), rowMajorStrides(shape)];
  const begins = index.map((i, axis) => i * chunks[axis]!);
  const counts = begins.map((begin, axis) => Math.min(chunks[axis]!, shape[axis]! - begin));
  const row = counts.at(-1)! * elementBytes;
  for (const at of indices(counts.slice(0, -1))) {
    const source = at.reduce((sum, i, axis) => sum + i * from[axis]!, 0) * elementBytes;
    const target =
      begins.reduce((sum, begin, axis) => sum + (begin + (at[axis] ?? 0)) * to[axis]!, 0) * elementBytes;
    result.set(chunk.subarray(source, source + row), target);
  }
}
