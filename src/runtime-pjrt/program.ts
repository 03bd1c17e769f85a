/** @file What a compiled program tells of itself: name, results, size, cost. */
import type { Api } from "./call.js";
import { decodeCompileOptions } from "./compile-options.js";
import { elementTypeFromNumber } from "./element-type.js";
import { ArgumentError } from "./errors.js";
import { layoutsOfArguments, layoutsOfResults } from "./extensions/layouts.js";
import { shardingsOfArguments, shardingsOfResults } from "./extensions/shardings.js";
import { copyBytes } from "./ffi.js";
import { readInt32s, readInt64s, readText, readTexts } from "./memory-reading.js";
import type { Attributes } from "./named-value.js";
import { decodeHlo, type OptimizedProgram, readOptimizedProgram } from "./optimized-hlo.js";
import { takeBytes } from "./owned-bytes.js";
import { type CompiledMemoryStats, readCostAnalysis, readMemoryStats } from "./program-analysis.js";
import type { CompileOptionsProto } from "./proto/compile_options_pb.js";
import type { HloModuleProto } from "./proto/hlo_pb.js";
import type { ShardingProto } from "./proto/sharding_pb.js";
import { describePosition, formatType, sameType, type Signature, type TensorSpec } from "./signature.js";

/** A `PJRT_Executable*`: a program that is compiled, not necessarily loaded on a device. */
export class CompiledProgram {
  constructor(
    readonly api: Api,
    readonly use: (what: string) => bigint,
  ) {}

  /** The module's name. */
  get name(): string {
    const out = this.api.call("PJRT_Executable_Name", { executable: this.use("name") });
    return readText(out.executable_name, out.executable_name_size);
  }

  get replicas(): number {
    return this.api.call("PJRT_Executable_NumReplicas", { executable: this.use("replicas") }).num_replicas;
  }

  get partitions(): number {
    return this.api.call("PJRT_Executable_NumPartitions", { executable: this.use("partitions") })
      .num_partitions;
  }

  /** Types of the results. A type that StableHLO cannot spell is undefined. */
  get results(): readonly (TensorSpec | undefined)[] {
    const executable = this.use("results");
    const types = this.api.call("PJRT_Executable_OutputElementTypes", { executable });
    const { num_outputs } = this.api.call("PJRT_Executable_NumOutputs", { executable });
    const shapes = this.api.call("PJRT_Executable_OutputDimensions", { executable, num_outputs });
    const ranks = readInt64s(shapes.dim_sizes, num_outputs);
    const sizes = readInt64s(
      shapes.dims,
      ranks.reduce((sum, rank) => sum + rank, 0),
    );
    let next = 0;
    return readInt32s(types.output_types, types.num_output_types).map((type, i) => {
      const elementType = elementTypeFromNumber(type);
      const dimensions = sizes.slice(next, next + ranks[i]!);
      next += ranks[i]!;
      return elementType === undefined ? undefined : { elementType, dimensions };
    });
  }

  /** A hash of the program by the compiler, hexadecimal. Equal for different plugins: no key for what they compiled. */
  get fingerprint(): string {
    const out = this.api.call("PJRT_Executable_Fingerprint", { executable: this.use("fingerprint") });
    return Buffer.from(copyBytes(out.executable_fingerprint, out.executable_fingerprint_size)).toString(
      "hex",
    );
  }

  /** Bytes of generated code; -1 where the plugin does not know. */
  get generatedCodeBytes(): number {
    const executable = this.use("generatedCodeBytes");
    return this.api.call("PJRT_Executable_SizeOfGeneratedCodeInBytes", { executable }).size_in_bytes;
  }

  /** Memory kind of each result. @throws UnsupportedByPluginError where the plugin does not tell */
  get resultMemoryKinds(): readonly string[] {
    const out = this.api.call("PJRT_Executable_OutputMemoryKinds", {
      executable: this.use("resultMemoryKinds"),
    });
    const count = this.api.call("PJRT_Executable_NumOutputs", {
      executable: this.use("resultMemoryKinds"),
    }).num_outputs;
    return readTexts(out.memory_kinds, out.memory_kind_sizes, count);
  }

  /** Memory kind of each of `count` arguments. @throws UnsupportedByPluginError before API 0.102 */
  argumentMemoryKinds(count: number): readonly string[] {
    const executable = this.use("argumentMemoryKinds");
    const out = this.api.call("PJRT_Executable_ParameterMemoryKinds", { executable, num_parameters: count });
    return readTexts(out.memory_kinds, out.memory_kind_sizes, count);
  }

  /** The options it was compiled with. @throws UnsupportedByPluginError before API 0.87 */
  get compileOptions(): CompileOptionsProto {
    const out = this.api.call("PJRT_Executable_GetCompileOptions", {
      executable: this.use("compileOptions"),
    });
    const { serialized_bytes, serialized_bytes_size } = out;
    const { serialized_compile_options, serialized_compile_options_deleter } = out;
    return decodeCompileOptions(
      takeBytes(
        serialized_bytes,
        serialized_bytes_size,
        serialized_compile_options,
        serialized_compile_options_deleter,
      ),
    );
  }

  /** How arguments are arranged on a device, as XLA writes layouts. @throws UnsupportedByPluginError */
  get argumentLayouts(): readonly string[] {
    return layoutsOfArguments(this.api, this.use("argumentLayouts"));
  }

  /** How results are arranged on a device. @throws UnsupportedByPluginError */
  get resultLayouts(): readonly string[] {
    return layoutsOfResults(this.api, this.use("resultLayouts"));
  }

  /** How arguments are split over partitions; undefined if they are not. @throws UnsupportedByPluginError */
  get argumentShardings(): readonly ShardingProto[] | undefined {
    return shardingsOfArguments(this.api, this.use("argumentShardings"));
  }

  /** How results are split over partitions; undefined if they are not. @throws UnsupportedByPluginError */
  get resultShardings(): readonly ShardingProto[] | undefined {
    return shardingsOfResults(this.api, this.use("resultShardings"));
  }

  /** Memory of one execution, as the compiler planned it. @throws UnsupportedByPluginError */
  memoryStats(): CompiledMemoryStats {
    return readMemoryStats(this.api, this.use("memoryStats"));
  }

  /** The compiler's estimate of the cost. @throws UnsupportedByPluginError */
  costAnalysis(): Attributes {
    return readCostAnalysis(this.api, this.use("costAnalysis"));
  }

  /** The optimised program as the plugin hands it out. @throws UnsupportedByPluginError */
  optimizedProgram(): OptimizedProgram {
    return readOptimizedProgram(this.api, this.use("optimizedProgram"));
  }

  /** The optimised program, decoded; undefined if it is not HLO. @throws UnsupportedByPluginError */
  optimizedHlo(): HloModuleProto | undefined {
    return decodeHlo(this.optimizedProgram());
  }

  /** The compiled program as bytes, for the same plugin on the same kind of machine. @throws UnsupportedByPluginError */
  serialize(): Uint8Array<ArrayBuffer> {
    const out = this.api.call("PJRT_Executable_Serialize", { executable: this.use("serialize") });
    const { serialized_bytes, serialized_bytes_size, serialized_executable, serialized_executable_deleter } =
      out;
    return takeBytes(
      serialized_bytes,
      serialized_bytes_size,
      serialized_executable,
      serialized_executable_deleter,
    );
  }

  /**
   * Holds a signature against what was compiled. The C API tells the results only.
   * @throws ArgumentError naming the first result that differs
   */
  checkResults(signature: Signature): void {
    const compiled = this.results;
    if (compiled.length !== signature.results.length) {
      throw new ArgumentError({
        message: "the signature does not fit the program",
        expected: `${compiled.length} results, as the program returns`,
        got: `${signature.results.length} results`,
      });
    }
    signature.results.forEach((spec, i) => {
      const actual = compiled[i];
      if (actual !== undefined && sameType(actual, spec)) return;
      throw new ArgumentError({
        message: `the signature does not fit the program: ${describePosition("result", i, spec)}`,
        expected:
          actual === undefined
            ? "a type that StableHLO spells"
            : `${formatType(actual)}, as the program returns`,
        got: formatType(spec),
      });
    });
  }
}
