/** @file What goes to stdout. Progress and complaints go to stderr, so that stdout can be piped. */
import { writeFile } from "node:fs/promises";
import { EnvironmentError } from "../support/errors.js";

export const printLine = (line = ""): void => {
  process.stdout.write(`${line}\n`);
};

/** One JSON document, for `--json`. Numbers that JSON does not have become null. */
export const printJson = (value: unknown): void => printLine(JSON.stringify(value, undefined, 2));

/** Writes text or bytes to a file, or to stdout for `-` and undefined. @throws EnvironmentError when the file cannot be written */
export async function writeOutput(path: string | undefined, content: string | Uint8Array): Promise<void> {
  if (path === undefined || path === "-") {
    process.stdout.write(content);
    return;
  }
  try {
    await writeFile(path, content);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentError({ message: `cannot write ${path}`, details: [reason], cause });
  }
}
