/** @file A program in either of its forms: text, or a portable artifact. */
import { decodeUtf8 } from "../support/utf8.js";
import { deserializePortable, isBytecode } from "./bytecode/index.js";
import type { Operation } from "./operation.js";
import { type ParseOptions, parseModule } from "./text/index.js";
import { verifyModule } from "./verify.js";
import { checkOptions } from "../support/options.js";

/** What text is called in errors, where it begins, and whose ops it may name. */
export type ReadOptions = Omit<ParseOptions, "allowUnknownOps">;

/**
 * The module of StableHLO text, or of a portable artifact, verified.
 * @param program text, as bytes too, or the bytes of an artifact
 * @throws UsageError for bytes that are no UTF-8 and no artifact; ParseError, BytecodeError, VerifyError
 */
export function readModule(program: string | Uint8Array, options: ReadOptions = {}): Operation {
  checkOptions("readModule", options, { file: true, firstLine: true, dialects: true });
  const isText = typeof program === "string";
  if (!isText && isBytecode(program)) return deserializePortable(program).module;
  const module = parseModule(isText ? program : decodeUtf8(program, options.file ?? "-"), options);
  verifyModule(module);
  return module;
}
