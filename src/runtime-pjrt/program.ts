/** @file What a compiled program tells of itself: name, results, size, cost. */
import type { Api } from "./call.js";
import { elementTypeFromNumber } from "./element-type.js";
import { ArgumentError } from "./errors.js";
import { readInt32s, readInt64s, readText } from "./memory-reading.js";
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
