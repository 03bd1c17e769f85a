/** @file Programs as files. */
import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { EnvironmentError, UsageError } from "../support/errors.js";

/** The text of a program, of stdin for `-`. @throws EnvironmentError when the file cannot be read, UsageError for MLIR bytecode */
export async function readProgram(file: string): Promise<string> {
  if (file === "-") return readAll(process.stdin);
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentError({ message: `cannot read ${file}`, details: [reason], cause });
  }
  if (!bytes.subarray(0, 4).equals(Buffer.from("ML\xefR", "latin1"))) return bytes.toString("utf8");
  throw new UsageError({ message: `${file} is MLIR bytecode`, expected: "StableHLO text" });
}
