/** @file Files read by position: opened as such or refused, and no byte is missing that was asked for. */
import type { BigIntStats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type FileState, isSameState } from "../support/file-state.js";
import { meantPath } from "../support/meant-path.js";
import { READ_AT_ONCE } from "../support/read-limited.js";
import { CheckpointError, type Problem } from "./errors.js";

/** One read call moves at most this many bytes; the system's own limit is just below 2^31. */
const READ_CHUNK_BYTES = 2 ** 28;

/** Opens a file, and nothing else, for reading. @throws CheckpointError */
export async function openFile(path: string): Promise<FileHandle> {
  const file = await openFileOrFolder(path);
  if (file !== undefined) return file;
  throw new CheckpointError(path, [NOT_A_FILE]);
}

const NOT_A_FILE: Problem = { subject: "file", problem: "not a file" };

/** Files by what they were when they were opened. */
const openedAs = new WeakMap<FileHandle, BigIntStats>();

/** Opens a file for reading; undefined for a folder. What is there is looked at once, by what was opened. @throws CheckpointError for anything else */
export async function openFileOrFolder(path: string): Promise<FileHandle | undefined> {
  const file = await open(path, READ_AT_ONCE).catch(unreadable(path));
  try {
    const stats = await statOf(file, path);
    if (stats.isFile()) {
      openedAs.set(file, stats);
      return file;
    }
    if (!stats.isDirectory()) throw new CheckpointError(path, [NOT_A_FILE]);
  } catch (error) {
    await closeRead(file);
    throw error;
  }
  await closeRead(file);
  return undefined;
}

/** Closes a file that was read: what the system says of it then changes nothing. */
export const closeRead = (file: FileHandle): Promise<void> => file.close().catch(() => undefined);

const statOf = (file: FileHandle, path: string): Promise<BigIntStats> =>
  file.stat({ bigint: true }).catch(unreadable(path));

/** Whether a file is, to the time that it was last written at, another than it was when its state was `before`. */
export const isOther = (file: FileHandle, before: FileState): boolean => {
  const opened = openedAs.get(file);
  return opened !== undefined && !isSameState(before, opened);
};

/** What was read before and after somebody wrote to the file is no content that it ever had. @throws CheckpointError */
async function checkUnchanged(file: FileHandle, path: string): Promise<void> {
  const before = openedAs.get(file);
  if (before === undefined) return;
  const now = await statOf(file, path);
  if (isSameState(before, now)) return;
  throw new CheckpointError(path, [
    {
      subject: "file",
      problem: "changed while it was read",
      expected: `${before.size} bytes, last written ${before.mtime.toISOString()}`,
      got: `${now.size} bytes, last written ${now.mtime.toISOString()}`,
      hint: "wait until nobody writes to it; to put another in its place, write that beside it and rename it",
    },
  ]);
}

/** Bytes of an open file. @throws CheckpointError with what the system says */
export async function sizeOfFile(file: FileHandle, path: string): Promise<number> {
  const { size } = await file.stat().catch(unreadable(path));
  return size;
}

const unreadable =
  (path: string) =>
  (error: unknown): never => {
    throw new CheckpointError(path, [fileProblem(path, error)]);
  };

/** What the system says about a file that cannot be read. */
export function fileProblem(path: string, error: unknown): Problem {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") {
    const hint = meantPath(path);
    return { subject: "file", problem: "does not exist", ...(hint !== undefined && { hint }) };
  }
  return { subject: "file", problem: `cannot be read (${error instanceof Error ? error.message : error})` };
}

/** @throws CheckpointError for more bytes than one array can have, or memory has room for */
function allocate(path: string, bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CheckpointError(path, [
      { subject: "file", problem: `cannot be read (${cause.message})`, got: `${bytes} bytes at once` },
    ]);
  }
}

/** Bytes [begin, end) of the file, in one buffer, `result` if given. @throws CheckpointError when the file ends before, cannot be read, or is another than when it was opened */
export async function readRange(
  file: FileHandle,
  path: string,
  begin: number,
  end: number,
  result = allocate(path, end - begin),
): Promise<Uint8Array<ArrayBuffer>> {
  let done = 0;
  while (done < result.length) {
    const length = Math.min(READ_CHUNK_BYTES, result.length - done);
    const { bytesRead } = await file.read(result, done, length, begin + done).catch(unreadable(path));
    if (bytesRead === 0) {
      throw new CheckpointError(path, [
        {
          subject: "file",
          problem: "became shorter while it was read",
          expected: `${end} bytes or more`,
          got: `${begin + done} bytes`,
        },
      ]);
    }
    done += bytesRead;
  }
  await checkUnchanged(file, path);
  return result;
}
