/** @file What the compiler reckons of a program: memory and cost. */
import type { Api } from "./call.js";
import { type Attributes, readAttributes } from "./named-value.js";

/** Memory of one execution on one device, bytes. What an older plugin does not tell is absent. */
export interface CompiledMemoryStats {
  readonly generatedCode: number;
  readonly arguments: number;
  readonly results: number;
  /** Of the results, what lies in donated arguments. */
  readonly aliased: number;
  readonly temporary: number;
  readonly hostArguments: number;
  readonly hostResults: number;
  readonly hostTemporary: number;
  readonly peak: number;
  readonly total?: number;
}

/** Device memory that one execution takes, bytes: arguments, results, temporaries and code, what is aliased once. */
export const neededBytes = ({
  arguments: given,
  results,
  aliased,
  temporary,
  generatedCode,
}: Pick<CompiledMemoryStats, "arguments" | "results" | "aliased" | "temporary" | "generatedCode">): number =>
  given + results - aliased + temporary + generatedCode;

/** @throws UnsupportedByPluginError where the compiler does not tell */
export function readMemoryStats(api: Api, executable: bigint): CompiledMemoryStats {
  const out = api.call("PJRT_Executable_GetCompiledMemoryStats", { executable });
  return {
    generatedCode: out.generated_code_size_in_bytes,
    arguments: out.argument_size_in_bytes,
    results: out.output_size_in_bytes,
    aliased: out.alias_size_in_bytes,
    temporary: out.temp_size_in_bytes,
    hostArguments: out.host_argument_size_in_bytes,
    hostResults: out.host_output_size_in_bytes,
    hostTemporary: out.host_temp_size_in_bytes,
    peak: out.peak_memory_in_bytes,
    ...(api.minor >= 90 && { total: out.total_size_in_bytes }),
  };
}

/**
 * The compiler's own estimate, e.g. `flops`, `bytes accessed`, on TPUs `optimal_seconds`. Loops count once.
 * @throws UnsupportedByPluginError where the compiler has none
 */
export function readCostAnalysis(api: Api, executable: bigint): Attributes {
  const out = api.call("PJRT_Executable_GetCostAnalysis", { executable });
  return readAttributes(out.properties, out.num_properties);
}
