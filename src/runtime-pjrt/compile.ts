/** @file Arguments of the compile calls: a program as text or bytecode, and its options. */
import type { Api } from "./call.js";
import { type CompileOptions, encodeCompileOptions } from "./compile-options.js";
import { ArgumentError } from "./errors.js";
import { addressOf } from "./ffi.js";
import { expectRequest } from "./given.js";
import type { Signature } from "./signature.js";
import { writeStruct } from "./struct.js";

/** What is to be compiled. */
export interface CompileRequest {
  /** StableHLO: text, MLIR bytecode or a portable artifact; or a serialised HLO module with format "hlo". */
  readonly program: string | Uint8Array;
  /** What the program takes and gives: the C API cannot tell. */
  readonly signature: Signature;
  readonly options?: CompileOptions | undefined;
  readonly format?: "mlir" | "hlo" | undefined;
}

/** A program and its options in memory; `keep` must stay reachable until the call returns. */
export interface CompileArguments {
  readonly program: bigint;
  readonly compile_options: bigint;
  readonly compile_options_size: number;
  readonly keep: readonly unknown[];
}

const utf8 = new TextEncoder();

/** @throws ArgumentError for an empty program */
export function compileArguments(api: Api, request: CompileRequest): CompileArguments {
  expectRequest(request);
  const code = typeof request.program === "string" ? utf8.encode(request.program) : request.program;
  if (code.length === 0)
    throw new ArgumentError({ message: "the program is empty", expected: "StableHLO text or bytecode" });
  const format = utf8.encode(request.format ?? "mlir");
  const options = encodeCompileOptions(request.options);
  const program = writeStruct("PJRT_Program", api.minor, {
    code: addressOf(code),
    code_size: code.length,
    format: addressOf(format),
    format_size: format.length,
  });
  return {
    program: program.address,
    compile_options: addressOf(options),
    compile_options_size: options.length,
    keep: [code, format, options, program],
  };
}
