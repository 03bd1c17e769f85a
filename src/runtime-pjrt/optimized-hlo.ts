/** @file The program after the compiler's optimisations, decoded from its protobuf. */
import { fromBinary } from "@bufbuild/protobuf";
import type { Api } from "./call.js";
import { addressOf } from "./ffi.js";
import { readText } from "./memory-reading.js";
import { type HloModuleProto, HloModuleProtoSchema, HloModuleWithConfigProtoSchema } from "./proto/hlo_pb.js";
import { codecOf, writeStruct } from "./struct.js";

/** A program as a plugin hands it out. `format` is "mlir", "hlo" or "hlo_with_config". */
export interface OptimizedProgram {
  readonly format: string;
  readonly code: Uint8Array<ArrayBuffer>;
}

/** @throws UnsupportedByPluginError where the plugin does not hand it out */
export function readOptimizedProgram(api: Api, executable: bigint): OptimizedProgram {
  const codec = codecOf("PJRT_Program");
  // Asked twice: first for the size of the code, then for the code.
  const sizes = writeStruct("PJRT_Program", api.minor, {});
  api.call("PJRT_Executable_OptimizedProgram", { executable, program: sizes.address });
  const code = new Uint8Array(codec.readInputs(sizes.view).code_size as number);
  const filled = writeStruct("PJRT_Program", api.minor, { code: addressOf(code), code_size: code.length });
  api.call("PJRT_Executable_OptimizedProgram", { executable, program: filled.address });
  const { format, format_size } = codec.readInputs(filled.view);
  return { format: readText(format as bigint, format_size as number), code };
}

/**
 * Decodes an HLO module: its computations, instructions, shapes, and each instruction's backend configuration as bytes.
 * @returns undefined for a format that is not HLO
 */
export function decodeHlo({ format, code }: OptimizedProgram): HloModuleProto | undefined {
  if (format === "hlo") return fromBinary(HloModuleProtoSchema, code);
  if (format === "hlo_with_config") return fromBinary(HloModuleWithConfigProtoSchema, code).hloModule;
  return undefined;
}

/**
 * Decodes a file that a compiler wrote: a module alone, or one in an HloProto as `--xla_dump_hlo_as_proto` writes it.
 * @returns undefined for bytes that are neither
 */
export function decodeHloFile(bytes: Uint8Array): HloModuleProto | undefined {
  const code = new Uint8Array(bytes);
  // An HloProto has its module where a module with its configuration has it.
  for (const format of ["hlo", "hlo_with_config"]) {
    const module = decodeOrNothing({ format, code });
    if (module?.computations.some(({ id }) => id === module.entryComputationId) === true) return module;
  }
  return undefined;
}

function decodeOrNothing(program: OptimizedProgram): HloModuleProto | undefined {
  try {
    return decodeHlo(program);
  } catch {
    return undefined;
  }
}
