/** @file Work that appears whole or not at all: done in a folder of its own, then renamed. */
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";

const PREFIX = ".partial-";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes what processes that are no longer there left half done. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(PREFIX)) continue;
    const pid = Number(name.slice(PREFIX.length).split("-")[0]);
    if (!isAlive(pid)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Makes a folder whole or not at all: `fill` works in a temporary folder beside it (`work`, removed afterwards) and puts what is
 * to stay into `result`. If another process was faster, its folder stays.
 */
export async function makeFolder(
  target: string,
  fill: (folders: { readonly work: string; readonly result: string }) => Promise<void>,
): Promise<void> {
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const work = join(parent, `${PREFIX}${process.pid}-${randomBytes(6).toString("hex")}`);
  const result = join(work, "result");
  try {
    await mkdir(result, { recursive: true });
    await fill({ work, result });
    await rename(result, target).catch((error: unknown) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
