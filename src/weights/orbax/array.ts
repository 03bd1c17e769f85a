/** @file The elements of an array of zarr: its chunks taken apart and put where they belong. */
import { workAtOnce } from "../../support/at-once.js";
import { checkNotAborted } from "../../support/wait.js";
import { packedBytes, type StoredType } from "../dtype.js";
import type { Allocate, BriefMemory } from "../memory.js";
import type { StoredTensor } from "../stored.js";
import { rowMajorStrides } from "../strided.js";
import type { ArrayMetadata } from "./array-metadata.js";
import { chunkError, type ChunkName, decodeChunk, wrongSize } from "./chunk.js";
import { chunksOfShard, type ShardForm } from "./shard.js";
import type { ValueStore } from "./store.js";

/** An array in a store, below a key. */
export interface StoredArray extends ArrayMetadata {
  readonly name: string;
  readonly store: ValueStore;
  /** The folder, for messages. */
  readonly where: string;
  /** For what is read of it and taken apart. */
  readonly memory: BriefMemory;
}

/** Chunks that are on their way at once: some are read and taken apart on other threads while this one puts those before where they belong. */
const CHUNKS_AT_ONCE = 4;
/** What they make together, bytes. */
const BYTES_AT_ONCE = 2 ** 27;

/**
 * Its elements row-major, in `into` if given.
 * @param signal stops it between two chunks
 * @throws CheckpointError for a chunk that is missing, cut off or of another size; AbortedError
 */
export async function readArray(
  array: StoredArray,
  into?: Uint8Array<ArrayBuffer>,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { shape, chunks } = array;
  if (isOneChunk(array)) {
    const first = shape.map(() => 0);
    const only = await readChunk(array, first, into === undefined ? undefined : () => into);
    if (into !== undefined && only.buffer !== into.buffer) into.set(only);
    // Who asks for a buffer may give it away: it is not to be a part of another.
    return into ?? (only.length === only.buffer.byteLength ? only : only.slice());
  }
  const result = into ?? memoryFor(array);
  const bytes = packedBytes(array.dtype, chunks)!;
  const atOnce = { count: CHUNKS_AT_ONCE, size: BYTES_AT_ONCE, sizeOf: () => bytes };
  await workAtOnce(indices(countsOf(shape, chunks)), atOnce, async (index) => {
    checkNotAborted("loading the weights", { signal });
    await array.memory.lend(async (allocate) =>
      putChunk(array, index, await readChunk(array, index, allocate), result),
    );
  });
  return result;
}

/** @throws CheckpointError for an array that memory has no room for, which may be a lie */
export function memoryFor({ where, name, dtype, shape }: StoredArray): Uint8Array<ArrayBuffer> {
  const bytes = packedBytes(dtype, shape)!;
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const hint = "is it as large as its description says?";
    throw chunkError(
      { where, what: name },
      { problem: "memory has no room for it", got: `${bytes} bytes` },
      hint,
    );
  }
}

const isOneChunk = ({ shape, chunks }: ArrayMetadata): boolean =>
  shape.every((size, axis) => size === chunks[axis]);

/** Whether an array is stored as the bytes that it is. */
export const isPlain = (array: ArrayMetadata): boolean =>
  isOneChunk(array) && array.shard === undefined && !array.fortran && array.decoders.length === 0;

/** How parts of a plain array are read: bytes from `begin` on, in `into`. @throws CheckpointError for one that is missing or of another size */
export function plainParts(array: StoredArray): NonNullable<StoredTensor["readPart"]> {
  const { store, dtype, chunks } = array;
  const name = nameOf(
    array,
    chunks.map(() => 0),
  );
  let checked: Promise<void> | undefined;
  const check = async (): Promise<void> => {
    const size = await store.sizeOf(name.what);
    if (size === undefined) throw missing(array, name);
    if (size !== packedBytes(dtype, chunks)) throw wrongSize(array, size, name);
  };
  return async (begin, into) => {
    checked ??= check();
    await checked;
    return store.readPart(name.what, begin, into);
  };
}

const nameOf = (array: StoredArray, index: readonly number[]): ChunkName => ({
  where: array.where,
  what: `${array.name}/${array.keyOf(index)}`,
});

/** Chunks along each axis; of an array without elements there are none, along no axis. */
const countsOf = (shape: readonly number[], chunks: readonly number[]): readonly number[] =>
  shape.includes(0) ? [0] : shape.map((size, axis) => Math.ceil(size / chunks[axis]!));

/** All indices below these counts, the last axis fastest. */
function* indices(counts: readonly number[]): Generator<readonly number[]> {
  const [count, ...rest] = counts;
  if (count === undefined) return yield [];
  for (let i = 0; i < count; i++) for (const others of indices(rest)) yield [i, ...others];
}

/** A chunk, or what a shard holds, as it was before it was stored, row-major; in what `target` gives where it can be. */
async function readChunk(
  array: StoredArray,
  index: readonly number[],
  target?: Allocate,
): Promise<Uint8Array<ArrayBuffer>> {
  const { store, shard, decoders } = array;
  const name = nameOf(array, index);
  const read = async (allocate?: Allocate) => {
    const stored = await store.read(name.what, allocate);
    if (stored === undefined) throw missing(array, name);
    if (shard === undefined) return decodeChunk(array, stored, name, target);
    const ends = array.shape.map((size, axis) => size - index[axis]! * array.chunks[axis]!);
    return readShard(array, shard, stored, ends, name);
  };
  // What a compressor made, or lies in a shard, becomes other bytes: its own are wanted only until then.
  const isBrief = shard !== undefined || decoders.some(({ kind }) => kind === "compressor");
  return isBrief ? array.memory.lend(read) : read();
}

/** The chunks of a shard, put together. Those that begin at or beyond `ends`, where the array ends, need not be there. */
async function readShard(
  { dtype, chunks }: ArrayMetadata,
  shard: ShardForm,
  stored: Uint8Array<ArrayBuffer>,
  ends: readonly number[],
  name: ChunkName,
): Promise<Uint8Array<ArrayBuffer>> {
  const counts = countsOf(chunks, shard.chunks);
  // The index has a place for each: how many there are is held against what is stored before there is memory for them.
  const parts = chunksOfShard(
    shard,
    counts.reduce((product, count) => product * count, 1),
    stored,
    name,
  );
  const result = new Uint8Array(packedBytes(dtype, chunks)!);
  for (const [i, index] of [...indices(counts)].entries()) {
    if (index.some((at, axis) => at * shard.chunks[axis]! >= ends[axis]!)) continue;
    const part = { ...name, what: `${name.what}, chunk ${index.join(".")}` };
    if (parts[i] === undefined) throw missing(shard, part);
    const chunk = await decodeChunk(shard, parts[i], part);
    putChunk({ shape: chunks, chunks: shard.chunks, dtype }, index, chunk, result);
  }
  return result;
}

const missing = (
  { dtype, chunks }: { readonly dtype: StoredType; readonly chunks: readonly number[] },
  name: ChunkName,
) =>
  chunkError(
    name,
    { problem: "missing", expected: `a chunk of ${packedBytes(dtype, chunks)} bytes` },
    "fetch the checkpoint again: what is not there might have been anything",
  );

/** Copies the part of a chunk that lies in the array: chunks at the end reach beyond it. */
function putChunk(
  { shape, chunks, dtype }: Pick<ArrayMetadata, "shape" | "chunks" | "dtype">,
  index: readonly number[],
  chunk: Uint8Array<ArrayBuffer>,
  result: Uint8Array<ArrayBuffer>,
): void {
  const elementBytes = packedBytes(dtype, [1])!;
  const [from, to] = [rowMajorStrides(chunks), rowMajorStrides(shape)];
  const begins = index.map((i, axis) => i * chunks[axis]!);
  const counts = begins.map((begin, axis) => Math.min(chunks[axis]!, shape[axis]! - begin));
  // What has no axis is one element.
  const row = (counts.at(-1) ?? 1) * elementBytes;
  for (const at of indices(counts.slice(0, -1))) {
    const source = at.reduce((sum, i, axis) => sum + i * from[axis]!, 0) * elementBytes;
    const target =
      begins.reduce((sum, begin, axis) => sum + (begin + (at[axis] ?? 0)) * to[axis]!, 0) * elementBytes;
    result.set(chunk.subarray(source, source + row), target);
  }
}
