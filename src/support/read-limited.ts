/** @file Files that may come from anybody, read whole: what is no file is not waited for, and none is read that is longer than its kind can be. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Problem } from "./problems.js";

/** The bytes of a file, or why they were not read: `missing`, `not a file`, `too large`, or what the file system says. */
export type LimitedFile = { readonly bytes: Buffer } | Omit<Problem, "subject">;

/** For reading. Without O_NONBLOCK a pipe in a file's place would be waited for until somebody writes to it. */
export const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;

/** Reads a file of at most `longest` bytes. Never throws. */
export async function readLimited(path: string, longest: number): Promise<LimitedFile> {
  try {
    await using file = await open(path, READ_AT_ONCE);
    const stats = await file.stat();
    if (!stats.isFile()) return { problem: "not a file" };
    if (stats.size <= longest) return { bytes: await file.readFile() };
    return { problem: "too large", expected: `at most ${longest} bytes`, got: `${stats.size} bytes` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { problem: code === "ENOENT" || code === "ENOTDIR" ? "missing" : `cannot be read (${message})` };
  }
}
