/** @file Folders whose files belong together: read as they are at one time, or not at all. */
import type { BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";

/**
 * Which folder is at a place, in which state: another one is another, as is one that files were put into, replaced in or taken from since (but not
 * in folders below it). Empty for what is not there or no folder.
 */
export async function folderState(folder: string): Promise<string> {
  const stats = await statsOf(folder);
  return stats === undefined ? "" : [stats.dev, stats.ino, stats.mtimeNs].join(" ");
}

/** Which folder is at a place, whatever becomes of its files. Empty for what is not there or no folder. */
export async function folderIdentity(folder: string): Promise<string> {
  const stats = await statsOf(folder);
  return stats === undefined ? "" : [stats.dev, stats.ino].join(" ");
}

async function statsOf(folder: string): Promise<BigIntStats | undefined> {
  const stats = await stat(folder, { bigint: true }).catch(() => undefined);
  return stats?.isDirectory() === true ? stats : undefined;
}

/** What is done about a folder that changed while it was read. */
export interface OnChange<T> {
  readonly error: () => Error;
  /** Lets go of what was read. */
  readonly release?: (read: T) => Promise<void>;
}

/** What `read` gives, if the folder is afterwards as it was before. @throws `error()` if it is not */
export async function readAtOneTime<T>(
  folder: string,
  read: () => Promise<T>,
  { error, release }: OnChange<T>,
): Promise<T> {
  const before = await folderState(folder);
  const result = await read();
  if ((await folderState(folder)) === before) return result;
  await release?.(result);
  throw error();
}

/** What it is called where it is told. */
export const CHANGED_FOLDER = {
  problem: "changed while it was read",
  hint: "wait until nobody writes to it, or put the new folder beside it and rename it",
} as const;
