/** @file Where the values of a checkpoint folder lie: files, or entries of a database, by key. */
import { type FileHandle, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "../errors.js";
import type { FileState } from "../../support/file-state.js";
import { fileProblem, isOther, openFile, readRange, sizeOfFile } from "../file.js";
import type { Allocate } from "../memory.js";

/** Values by key: `blocks.0.mlp_block.ffw_up.w/.zarray`. */
export interface ValueStore {
  readonly keys: Iterable<string>;
  /**
   * A value whole; undefined when there is none.
   * @param allocate gives the memory that it is read into, where it is read at all
   * @throws CheckpointError
   */
  read(key: string, allocate?: Allocate): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Its bytes, without any being read; undefined when there is none. @throws CheckpointError */
  sizeOf(key: string): Promise<number | undefined>;
  /** Bytes of a value that is there, from `begin` on, in `into`. @throws CheckpointError */
  readPart(key: string, begin: number, into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Files of a folder, opened when they are first read from. */
export class OpenFiles {
  readonly #files = new Map<string, Promise<FileHandle>>();

  async read(
    path: string,
    begin: number,
    length: number,
    allocate?: Allocate,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const known = this.#files.get(path) ?? openFile(path);
    this.#files.set(path, known);
    const file = await known;
    const size = await sizeOfFile(file, path);
    if (begin + length <= size) return readRange(file, path, begin, begin + length, allocate?.(length));
    throw new CheckpointError(path, [
      {
        subject: "file",
        problem: "the file is cut off",
        expected: `${begin + length} bytes or more`,
        got: `${size} bytes`,
        hint: "fetch the file again",
      },
    ]);
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#files.values());
    await Promise.all(opened.map((file) => (file.status === "fulfilled" ? file.value.close() : undefined)));
  }
}

const stateOf = (path: string): Promise<FileState> =>
  stat(path, { bigint: true }).catch((error: unknown) => {
    throw new CheckpointError(path, [fileProblem(path, error)]);
  });

/** The deepest that arrays and their chunks lie in folders. */
const DEEPEST = 16;

/** A folder whose files are the values. */
export async function folderStore(folder: string): Promise<ValueStore> {
  const keys = new Map<string, FileState>();
  const list = async (path: string, prefix: string, depth: number): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      throw new CheckpointError(path, [{ ...fileProblem(path, error), subject: "folder" }]);
    });
    for (const entry of entries) {
      const below = join(path, entry.name);
      if (entry.isFile()) keys.set(prefix + entry.name, await stateOf(below));
      else if (entry.isDirectory() && depth < DEEPEST) {
        await list(below, `${prefix}${entry.name}/`, depth + 1);
      }
    }
  };
  await list(folder, "", 0);
  /** Files of one time: each is as it was when the folder was gone through. */
  const openAsListed = async (key: string, path: string): Promise<FileHandle> => {
    const file = await openFile(path);
    if (!isOther(file, keys.get(key)!)) return file;
    await file.close();
    throw new CheckpointError(path, [
      { subject: "file", problem: "changed since the checkpoint was opened" },
    ]);
  };
  return {
    keys: keys.keys(),
    read: async (key, allocate) => {
      if (!keys.has(key)) return undefined;
      const path = join(folder, key);
      await using file = await openAsListed(key, path);
      const size = await sizeOfFile(file, path);
      return await readRange(file, path, 0, size, allocate?.(size));
    },
    sizeOf: async (key) => {
      if (!keys.has(key)) return undefined;
      const path = join(folder, key);
      await using file = await openAsListed(key, path);
      return await sizeOfFile(file, path);
    },
    readPart: async (key, begin, into) => {
      const path = join(folder, key);
      await using file = await openAsListed(key, path);
      return await readRange(file, path, begin, begin + into.length, into);
    },
    close: async () => {},
  };
}
