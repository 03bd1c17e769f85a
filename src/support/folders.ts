/** @file Folders made with those above them. */
import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/**
 * Makes a folder and those above it, unless they are there. Node's own recursive `mkdir` never ends where a file system lets nobody make a
 * folder and says ENOENT, as /proc does.
 * @param mode permissions of those that are made
 * @throws what the file system says; ENOTDIR or EEXIST where a file is in the way
 */
export async function makeFolders(folder: string, mode = 0o777): Promise<void> {
  const path = resolve(folder);
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (await isFolder(path)) return;
    if (codeOf(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolders(dirname(path), mode);
    await mkdir(path, { mode }).catch(async (again: unknown) => {
      // Another process was first.
      if (!(await isFolder(path))) throw again;
    });
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
