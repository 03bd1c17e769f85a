/** @file Options of a compilation, as the protobuf message that plugins take. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { CompilerFlags, FlagValue } from "../support/compiler-flags.js";
import { checkOptions, type OptionNames } from "../support/options.js";
import { ArgumentError } from "./errors.js";
import {
  type CompileOptionsProto,
  CompileOptionsProtoSchema,
  DeviceAssignmentProtoSchema,
  EffortLevel,
  type OptionValue,
} from "./proto/compile_options_pb.js";

/** From O0, compile in the least time, to O3, run in the least. */
export type CompileEffort = "O0" | "O1" | "O2" | "O3";

const EFFORTS: Readonly<Record<CompileEffort, EffortLevel>> = {
  O0: EffortLevel.EFFORT_O0,
  O1: EffortLevel.EFFORT_O1,
  O2: EffortLevel.EFFORT_O2,
  O3: EffortLevel.EFFORT_O3,
};

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
  /** What the compiler does for a program to run fast (optimization_level of XLA); its own choice unless said. libtpu keeps to it. */
  readonly optimizationLevel?: CompileEffort | undefined;
  /** What it does for a program to fit the device's memory (memory_fitting_level of XLA); its own choice unless said. */
  readonly memoryFittingLevel?: CompileEffort | undefined;
  /** A compiler that does not know one of these refuses the program. */
  readonly flags?: CompilerFlags | undefined;
  /** For compilers that know them: a flag that one does not know is left out. `flags` of the same name come first. */
  readonly preferredFlags?: CompilerFlags | undefined;
}

const OPTIONS: OptionNames<CompileOptions> = {
  replicas: true,
  partitions: true,
  partitioner: true,
  devices: true,
  portable: true,
  optimizationLevel: true,
  memoryFittingLevel: true,
  flags: true,
  preferredFlags: true,
};

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

/** @throws ArgumentError for what is no level */
function effortLevel(option: string, level: CompileEffort | undefined): EffortLevel {
  if (level === undefined) return EffortLevel.EFFORT_UNKNOWN;
  if (Object.hasOwn(EFFORTS, level)) return EFFORTS[level];
  throw new ArgumentError({
    message: `${option} of a compilation`,
    expected: Object.keys(EFFORTS).join(", "),
    got: String(level),
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
 * @throws UsageError for options of other names; ArgumentError for counts below 1, levels that are none, or devices that do not fit the counts
 */
export function encodeCompileOptions(options: CompileOptions = {}): Uint8Array<ArrayBuffer> {
  checkOptions("a compilation", options, OPTIONS);
  const {
    replicas = 1,
    partitions = 1,
    partitioner = "shardy",
    devices,
    portable = false,
    flags = {},
    preferredFlags = {},
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
      optimizationLevel: effortLevel("optimizationLevel", options.optimizationLevel),
      memoryFittingLevel: effortLevel("memoryFittingLevel", options.memoryFittingLevel),
      ...(devices !== undefined && { deviceAssignment: deviceAssignment(devices, replicas, partitions) }),
    },
    compilePortableExecutable: portable,
    envOptionOverrides: Object.fromEntries(
      Object.entries({ ...preferredFlags, ...flags }).map(([name, value]) => [name, flagValue(value)]),
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
