/** @file A training that is gone on with writes into its folder, which may be anybody's: nothing in it may lead elsewhere. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cannotWrite, UsageError } from "../../support/errors.js";

/** Folders that a training makes in its own. */
const FOLDERS: readonly string[] = ["best", "adapter", "best/adapter"];

const entriesOf = (folder: string): Promise<readonly Dirent[]> =>
  readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw cannotWrite(folder, error);
  });

/**
 * Looks at what lies in the folder of a training. Files are replaced where their links end, and lines are added to what is there: a link
 * would let its maker choose a file of whoever goes on with the training, and a pipe be waited for.
 * @throws UsageError for a link, a pipe or a device; EnvironmentError for a folder that cannot be read
 */
export async function checkOwnFiles(folder: string): Promise<void> {
  for (const part of ["", ...FOLDERS]) {
    const entries = await entriesOf(join(folder, part));
    const other = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
    if (other === undefined) continue;
    throw new UsageError({
      message: `${join(part, other.name)} of the training is ${other.isSymbolicLink() ? "a link" : "no file"}`,
      expected: "files and folders alone, as a training makes them: it writes to them again",
      where: folder,
      hint: "put in its place what it leads to, if the training is yours",
    });
  }
}
