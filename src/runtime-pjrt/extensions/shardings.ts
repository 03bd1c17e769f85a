/** @file The shardings extension: how a program's arguments and results are split over partitions. */
import { fromBinary } from "@bufbuild/protobuf";
import type { Api } from "../call.js";
import { copyBytes } from "../ffi.js";
import { readInt64s, readPointers } from "../memory-reading.js";
import { type ShardingProto, ShardingProtoSchema } from "../proto/sharding_pb.js";
import { extensionOf } from "./extension.js";

function readShardings(
  pointers: bigint,
  lengths: bigint,
  count: number,
): readonly ShardingProto[] | undefined {
  if (pointers === 0n) return undefined;
  const sizes = readInt64s(lengths, count);
  return readPointers(pointers, count).map((pointer, i) =>
    fromBinary(ShardingProtoSchema, copyBytes(pointer, sizes[i]!)),
  );
}

/** One per argument; undefined if the program is not split. @throws UnsupportedByPluginError without the extension */
export function shardingsOfArguments(api: Api, executable: bigint): readonly ShardingProto[] | undefined {
  const shardings = extensionOf(api, "Shardings");
  const out = shardings.call("PJRT_Shardings_PJRT_Executable_ParameterShardings", { executable });
  return readShardings(out.shardings, out.sharding_sizes, out.num_parameters);
}

/** One per result; undefined if the program is not split. @throws UnsupportedByPluginError without the extension */
export function shardingsOfResults(api: Api, executable: bigint): readonly ShardingProto[] | undefined {
  const shardings = extensionOf(api, "Shardings");
  const out = shardings.call("PJRT_Shardings_PJRT_Executable_OutputShardings", { executable });
  return readShardings(out.shardings, out.sharding_sizes, out.num_outputs);
}
