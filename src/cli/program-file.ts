/** @file Programs as files: StableHLO text, or portable artifacts. */
import { refuseExported } from "../engine/jax-exported.js";
import { isBytecode } from "../ir/bytecode/index.js";
import type { Operation } from "../ir/operation.js";
import { readModule } from "../ir/read-module.js";
import { UsageError } from "../support/errors.js";
import { decodeUtf8 } from "../support/utf8.js";
import type { CommandContext } from "./context.js";
import { programBound, readInput, sourceName } from "./read-input.js";

/** The bytes of a program, of stdin for `-`. @throws what `readInput` throws, UsageError for a jax.export.Exported */
export async function readBytes(context: CommandContext, file: string): Promise<Buffer> {
  const bytes = await readInput(context, file, programBound);
  refuseExported(bytes, sourceName(file));
  return bytes;
}

/** The text of a program, of stdin for `-`. @throws EnvironmentError when it cannot be read, UsageError for an artifact and for what is no UTF-8 */
export async function readText(context: CommandContext, file: string): Promise<string> {
  const bytes = await readBytes(context, file);
  if (!isBytecode(bytes)) return decodeUtf8(bytes, sourceName(file));
  throw new UsageError({ message: `${file} is a portable artifact`, expected: "StableHLO text" });
}

/** The module of a text or of a portable artifact, verified. @throws EnvironmentError, UsageError, ParseError, BytecodeError, VerifyError */
export async function readModuleFile(context: CommandContext, file: string): Promise<Operation> {
  const bytes = await readBytes(context, file);
  return readModule(bytes, { file: sourceName(file), dialects: context.dialects });
}
