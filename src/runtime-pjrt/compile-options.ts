/** @file Options of a compilation, as the protobuf message that plugins take. */
import { BinaryWriter } from "@bufbuild/protobuf/wire";

/** How a program is compiled. */
export interface CompileOptions {
  /** Copies of the program, each with its own arguments (default 1). */
  readonly replicas?: number;
  /** Parts that one program is split into, by its shardings (default 1). */
  readonly partitions?: number;
}

/** Bytes of a CompileOptionsProto. */
export function encodeCompileOptions({ replicas = 1, partitions = 1 }: CompileOptions = {}): Uint8Array {
  const build = new BinaryWriter();
  build.tag(1, 0).int64(-1);
  build.tag(4, 0).int64(replicas);
  build.tag(5, 0).int64(partitions);
  return new BinaryWriter().tag(3, 2).bytes(build.finish()).finish();
}
