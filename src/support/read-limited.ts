/** @file Files that may come from anybody, read whole: what is no file is not waited for, and none is read that is longer than its kind can be. */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
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
    if (stats.size > longest) return tooLarge(longest, `${stats.size} bytes`);
    const bytes = await readAtMost(file, longest);
    return bytes === undefined ? tooLarge(longest, "more") : { bytes };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { problem: code === "ENOENT" || code === "ENOTDIR" ? "missing" : `cannot be read (${message})` };
  }
}

const tooLarge = (longest: number, got: string): LimitedFile => ({
  problem: "too large",
  expected: `at most ${longest} bytes`,
  got,
});

/** What is read at once where a file does not say how long it is, bytes. */
const PIECE = 1 << 16;

/**
 * An open file from its begin to its end, or undefined when there is more of it than `longest` bytes, whatever its size says: those of
 * /proc say 0 and may have no end, and others may grow.
 */
export async function readAtMost(file: FileHandle, longest: number): Promise<Buffer | undefined> {
  const { size } = await file.stat();
  const parts: Buffer[] = [];
  for (let total = 0; total <= longest; ) {
    const piece = Buffer.allocUnsafe(Math.max(PIECE, size + 1 - total));
    const { bytesRead } = await file.read(piece, 0, piece.length);
    if (bytesRead === 0) return Buffer.concat(parts);
    parts.push(piece.subarray(0, bytesRead));
    total += bytesRead;
  }
  return undefined;
}
