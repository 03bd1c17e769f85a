/** @file Shards of zarr 3: chunks stored together, behind or before an index of where each lies (the codec `sharding_indexed`, version 1.0). */
import { type ChunkForm, chunkError, type ChunkName, withoutChecksum } from "./chunk.js";

/** How a shard is stored. */
export interface ShardForm extends ChunkForm {
  readonly index: { readonly location: "start" | "end"; readonly hasChecksum: boolean };
}

const PLACE_BYTES = 16;
const CHECKSUM_BYTES = 4;
/** The offset and the length of a chunk that is not there. */
const NOWHERE = 2n ** 64n - 1n;

/**
 * The stored bytes of each of `count` chunks, row-major by their indices; undefined for one that is not there.
 * @throws CheckpointError for an index that is cut off or changed, or names bytes that are not in the shard
 */
export function chunksOfShard(
  { index: { location, hasChecksum } }: ShardForm,
  count: number,
  shard: Uint8Array<ArrayBuffer>,
  name: ChunkName,
): readonly (Uint8Array<ArrayBuffer> | undefined)[] {
  const length = count * PLACE_BYTES + (hasChecksum ? CHECKSUM_BYTES : 0);
  if (shard.length < length) {
    const [expected, got] = [`an index of ${length} bytes for ${count} chunks`, `${shard.length} bytes`];
    throw chunkError(name, { problem: "a shard that is cut off", expected, got });
  }
  const begin = location === "start" ? 0 : shard.length - length;
  const stored = shard.subarray(begin, begin + length);
  const index = hasChecksum ? withoutChecksum(stored, { ...name, what: `index of ${name.what}` }) : stored;
  const view = new DataView(index.buffer, index.byteOffset, index.length);
  return Array.from({ length: count }, (_, i) => {
    const [offset, bytes] = [
      view.getBigUint64(i * PLACE_BYTES, true),
      view.getBigUint64(i * PLACE_BYTES + 8, true),
    ];
    if (offset === NOWHERE && bytes === NOWHERE) return undefined;
    if (offset + bytes <= BigInt(shard.length)) return shard.subarray(Number(offset), Number(offset + bytes));
    const [expected, got] = [
      `bytes 0 to ${shard.length}`,
      `bytes ${offset} to ${offset + bytes} for chunk ${i}`,
    ];
    throw chunkError(name, { problem: "a shard whose index names bytes that are not there", expected, got });
  });
}
