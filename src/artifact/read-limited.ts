/** @file Small files of an artifact, which may come from anybody: none is read that is longer than its kind can be. */
import { readFile, stat } from "node:fs/promises";
import type { Problem } from "../support/problems.js";

/** The bytes of a file, or why they were not read: `missing`, `too large`, or what the file system says. */
export type LimitedFile = { readonly bytes: Buffer } | Omit<Problem, "subject">;

/** Reads a file of at most `longest` bytes. Never throws. */
export async function readLimited(path: string, longest: number): Promise<LimitedFile> {
  try {
    const { size } = await stat(path);
    if (size > longest)
      return { problem: "too large", expected: `at most ${longest} bytes`, got: `${size} bytes` };
    return { bytes: await readFile(path) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { problem: code === "ENOENT" ? "missing" : `cannot be read (${message})` };
  }
}
