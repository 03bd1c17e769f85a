/** @file Where an output that a path names really goes: files can be replaced by a rename, pipes, devices and descriptors only be written to. */
import { constants } from "node:fs";
import { access, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** Where bytes for a path go. */
export type OutputPlace =
  /** A file, or nothing yet, where all links end: it can be replaced at once. `mode`: the permissions of the one that is there. */
  | { readonly kind: "file"; readonly path: string; readonly mode?: number | undefined }
  /**
   * A pipe, a device, a descriptor of a process (`/dev/stdout`), or a file that is there in a folder where nothing can be made: it stays, and
   * is written to, opened with `flag`.
   */
  | { readonly kind: "inPlace"; readonly path: string; readonly flag: "w" | "a" };

/** As many links may follow each other as Linux allows. */
const MOST_LINKS = 40;

const isMissing = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  return undefined;
};

/** Descriptors are links, but to what may have no name: `pipe:[123]`, a file that is deleted. */
const isDescriptor = (path: string): boolean => path.startsWith("/proc/") || path.startsWith("/dev/fd/");

/** The path itself with the links of its folder resolved, where the folder is there. */
async function inRealFolder(path: string): Promise<string> {
  const folder = await realpath(dirname(path)).catch(isMissing);
  return folder === undefined ? path : join(folder, basename(path));
}

/** The path at which all links end, or the descriptor that one leads to; what is there need not exist. */
async function endOfLinks(path: string, left = MOST_LINKS): Promise<string> {
  const place = await inRealFolder(resolve(path));
  if (isDescriptor(place) || left === 0) return place;
  // Nothing there, or no link: the end.
  const next = await readlink(place).catch(() => undefined);
  return next === undefined ? place : endOfLinks(resolve(dirname(place), next), left - 1);
}

/**
 * Where bytes for a path go, links followed.
 * @throws what the file system says: EISDIR for a folder, EACCES for a file that may not be written
 */
export async function outputPlace(path: string): Promise<OutputPlace> {
  const place = await endOfLinks(path);
  if (isDescriptor(place)) return { kind: "inPlace", path: place, flag: "a" };
  const stats = await stat(place).catch(isMissing);
  if (stats === undefined) return { kind: "file", path: place };
  if (stats.isDirectory())
    throw Object.assign(new Error(`EISDIR: is a directory, open '${path}'`), { code: "EISDIR" });
  await access(place, constants.W_OK);
  if (!stats.isFile()) return { kind: "inPlace", path: place, flag: "a" };
  const isReplaceable = await access(dirname(place), constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isReplaceable) return { kind: "inPlace", path: place, flag: "w" };
  return { kind: "file", path: place, mode: stats.mode & 0o777 };
}
