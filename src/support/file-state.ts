/** @file Whether somebody wrote to a file while it was read. */
import type { BigIntStats } from "node:fs";

/** What changes when a file is written to. */
export type FileState = Pick<BigIntStats, "size" | "mtimeNs">;

/** Whether nobody wrote to a file between two looks at it, to the time that systems keep. */
export const isSameState = (before: FileState, after: FileState): boolean =>
  before.size === after.size && before.mtimeNs === after.mtimeNs;
