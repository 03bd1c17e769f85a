/** @file Layouts in memory, as C calls take them. */
import { PJRT_Buffer_MemoryLayout_Type } from "./abi/index.js";
import type { Api } from "./call.js";
import { addressOf } from "./ffi.js";
import { parseLayout } from "./layout.js";
import { writeStruct } from "./struct.js";

/** A `PJRT_Buffer_MemoryLayout*`; `keep` must stay reachable while C uses it. */
export interface NativeLayout {
  readonly address: bigint;
  readonly keep: readonly unknown[];
}

/** Numbers as `int64_t[]` or `size_t[]`, with room to spare: V8 may move tiny arrays. */
export function nativeIntegers(numbers: readonly number[]): BigInt64Array {
  const native = new BigInt64Array(Math.max(16, numbers.length));
  numbers.forEach((number, i) => {
    native[i] = BigInt(number);
  });
  return native;
}

/** @throws ArgumentError for a text that is no layout of `rank` dimensions */
export function writeLayout(api: Api, layout: string, rank: number): NativeLayout {
  const { minorToMajor, tiles } = parseLayout(layout, rank);
  const order = nativeIntegers(minorToMajor);
  const tileDims = nativeIntegers(tiles.flat());
  const tileRanks = nativeIntegers(tiles.map(({ length }) => length));
  const { Tiled } = PJRT_Buffer_MemoryLayout_Type;
  const tiled = {
    "tiled.minor_to_major": addressOf(order),
    "tiled.minor_to_major_size": rank,
    "tiled.tile_dims": addressOf(tileDims),
    "tiled.tile_dim_sizes": addressOf(tileRanks),
    "tiled.num_tiles": tiles.length,
  };
  const memory = writeStruct("PJRT_Buffer_MemoryLayout", api.minor, { type: Tiled, ...tiled });
  return { address: memory.address, keep: [memory, order, tileDims, tileRanks] };
}
