/** @file Files on their way from one process to another, or to a person. */
import { randomBytes } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../../runtime-pjrt/index.js";
import { makeFolders } from "../../support/folders.js";
import { inFirstWritable } from "../../support/writable.js";

/** A file of this user alone, open, and where it lies. */
export interface TemporaryFile {
  readonly path: string;
  readonly file: FileHandle;
}

/**
 * Makes an empty file in the folder for temporary files or, where that cannot be written, in the cache folder.
 * @param name what it holds, as a part of its name @param suffix the end of its name
 * @throws EnvironmentError when neither can be
 */
export function openTemporaryFile(name: string, suffix = ""): Promise<TemporaryFile> {
  const hint = "set TMPDIR to a folder that can be written";
  return inFirstWritable("for temporary files", [tmpdir(), cacheFolder()], hint, async (folder) => {
    if (folder !== tmpdir()) await makeFolders(folder);
    const path = join(folder, `griffin-${name}-${randomBytes(8).toString("hex")}${suffix}`);
    return { path, file: await open(path, "wx+", 0o600) };
  });
}

/** An empty file without a name; nobody else can open it. @throws EnvironmentError where no file can be made */
export async function openUnnamedFile(): Promise<FileHandle> {
  const { path, file } = await openTemporaryFile("tensors");
  await unlink(path);
  return file;
}
