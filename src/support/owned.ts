/** @file Files and folders that only this user (or root's own process) can have written: what native code is loaded from. */
import { constants, lstatSync, mkdirSync, type Stats } from "node:fs";
import { lstat, open } from "node:fs/promises";

/** Permission bits of group and others that allow writing, and any use at all. */
const WRITABLE_BY_OTHERS = 0o022;
const USABLE_BY_OTHERS = 0o077;

/** Something that others may have written. `hint` says what to do. */
export interface NotOwned {
  readonly problem: string;
  readonly hint: string;
}

/** Systems without users in this sense (Windows) keep a user's folders apart by other means. */
const currentUser = (): number | undefined => process.getuid?.();

function ownershipProblem(path: string, { uid, mode }: Stats, forbidden: number): NotOwned | undefined {
  const user = currentUser();
  if (user === undefined) return undefined;
  if (uid !== user) {
    return {
      problem: `${path} belongs to another user (uid ${uid}, this process has ${user})`,
      hint: "remove it, or set STABLEGRIFFIN_CACHE to a folder of your own",
    };
  }
  if ((mode & forbidden) === 0) return undefined;
  const may = (mode & WRITABLE_BY_OTHERS) === 0 ? "read" : "written";
  return {
    problem: `${path} can be ${may} by other users (mode ${(mode & 0o777).toString(8)})`,
    hint: `chmod ${forbidden === USABLE_BY_OTHERS ? "go-rwx" : "go-w"} ${path}`,
  };
}

function problemOfFolder(folder: string, stats: Stats): NotOwned | undefined {
  if (stats.isDirectory()) return ownershipProblem(folder, stats, WRITABLE_BY_OTHERS);
  return {
    problem: `${folder} is no folder`,
    hint: "remove it, or set STABLEGRIFFIN_CACHE to a folder of your own",
  };
}

/**
 * Why others may have put something into a folder; undefined when only this user can, or when it is not there.
 * @throws what the file system says, but for a missing folder
 */
export async function folderProblem(folder: string): Promise<NotOwned | undefined> {
  const stats = await lstat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return stats && problemOfFolder(folder, stats);
}

/** Makes a folder that only this user can write, at a place where anybody may make one; why what is there is none. */
export function claimFolder(folder: string): NotOwned | undefined {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // It is there, or cannot be made, which whoever writes to it finds.
  }
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats && problemOfFolder(folder, stats);
}

/**
 * The bytes of a file that only this user can have written; owner and mode are those of the very file that is read, and links are
 * not followed. @param isSecret whether others must not be able to read it either
 * @throws what the file system says, ENOENT for a file that is not there
 */
export async function readOwned(
  path: string,
  { isSecret = false }: { readonly isSecret?: boolean } = {},
): Promise<Uint8Array<ArrayBuffer> | NotOwned> {
  // Without O_NONBLOCK a pipe in its place would be waited for.
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return { problem: `${path} is no file`, hint: `remove ${path}` };
    const problem = ownershipProblem(path, stats, isSecret ? USABLE_BY_OTHERS : WRITABLE_BY_OTHERS);
    return problem ?? (await handle.readFile());
  } finally {
    await handle.close();
  }
}
