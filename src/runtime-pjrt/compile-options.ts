/** @file Options of a compilation, as the protobuf message that plugins take. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ArgumentError } from "./errors.js";
import {
  type CompileOptionsProto,
  CompileOptionsProtoSchema,
  DeviceAssignmentProtoSchema,
  type OptionValue,
} from "./proto/compile_options_pb.js";

/** A compiler flag's value; `{ float }` for a whole number that is meant as a float. */
export type FlagValue = string | number | boolean | { readonly float: number };

/** How a program is compiled. */
export interface CompileOptions {
  /** Copies of the program, each with its own arguments (default 1). */
  readonly replicas?: number | undefined;
  /** Parts that one program is split into by its shardings (default 1). */
  readonly partitions?: number | undefined;
  /** What reads the shardings when there are several partitions: `sdy` attributes or `mhlo.sharding` ones (default shardy). */
  readonly partitioner?: "shardy" | "gspmd" | undefined;
  /** Device ids, `[replica][partition]`; by default the plugin's own choice. */
  readonly devices?: readonly (readonly number[])[] | undefined;
  /** Compile for any one device of the kind; it runs where its arguments are. */
  readonly portable?: boolean | undefined;
  /** Compiler flags by name, e.g. `{ xla_cpu_enable_fast_math: false }`. */
  readonly flags?: Readonly<Record<string, FlagValue>> | undefined;
}

function flagValue(value: FlagValue): Pick<OptionValue, "value"> {
  if (typeof value === "string") return { value: { case: "text", value } };
  if (typeof value === "boolean") return { value: { case: "flag", value } };
  if (typeof value === "object") return { value: { case: "number", value: value.float } };
  return Number.isSafeInteger(value)
    ? { value: { case: "integer", value: BigInt(value) } }
    : { value: { case: "number", value } };
}

function checkCount(name: string, count: number): void {
  if (Number.isSafeInteger(count) && count > 0) return;
  throw new ArgumentError({
    message: `${name} of a compilation`,
    expected: "a whole number, 1 or more",
    got: String(count),
  });
}

function deviceAssignment(devices: readonly (readonly number[])[], replicas: number, partitions: number) {
  const fits = devices.length === replicas && devices.every((row) => row.length === partitions);
  if (!fits) {
    throw new ArgumentError({
      message: "devices of a compilation",
      expected: `${replicas} replicas of ${partitions} partitions`,
      got: `rows of ${devices.map((row) => row.length).join(", ")}`,
    });
  }
  return create(DeviceAssignmentProtoSchema, {
    replicaCount: replicas,
    computationCount: partitions,
    computationDevices: Array.from({ length: partitions }, (_, partition) => ({
      replicaDeviceIds: devices.map((row) => BigInt(row[partition]!)),
    })),
  });
}

/**
 * Bytes of a CompileOptionsProto.
 * @throws ArgumentError for counts below 1, or devices that do not fit them
 */
export function encodeCompileOptions(options: CompileOptions = {}): Uint8Array<ArrayBuffer> {
  const {
    replicas = 1,
    partitions = 1,
    partitioner = "shardy",
    devices,
    portable = false,
    flags = {},
  } = options;
  checkCount("replicas", replicas);
  checkCount("partitions", partitions);
  const message = create(CompileOptionsProtoSchema, {
    executableBuildOptions: {
      deviceOrdinal: -1n,
      numReplicas: BigInt(replicas),
      numPartitions: BigInt(partitions),
      useSpmdPartitioning: partitions > 1,
      useShardyPartitioner: partitions > 1 && partitioner === "shardy",
      ...(devices !== undefined && { deviceAssignment: deviceAssignment(devices, replicas, partitions) }),
    },
    compilePortableExecutable: portable,
    envOptionOverrides: Object.fromEntries(
      Object.entries(flags).map(([name, value]) => [name, flagValue(value)]),
    ),
  });
  return toBinary(CompileOptionsProtoSchema, message);
}

/** Reads a CompileOptionsProto; fields that this runtime does not use are left out. */
export function decodeCompileOptions(bytes: Uint8Array): CompileOptionsProto {
  return fromBinary(CompileOptionsProtoSchema, bytes);
}

/** Reads a DeviceAssignmentProto: device ids, `[replica][partition]`. */
export function decodeDeviceAssignment(bytes: Uint8Array): readonly (readonly number[])[] {
  const { replicaCount, computationDevices } = fromBinary(DeviceAssignmentProtoSchema, bytes);
  return Array.from({ length: replicaCount }, (_, replica) =>
    computationDevices.map(({ replicaDeviceIds }) => Number(replicaDeviceIds[replica])),
  );
}
