/** @file Files read by position: opened as such or refused, and no byte is missing that was asked for. */
import { type FileHandle, open } from "node:fs/promises";
import { CheckpointError, type Problem } from "./errors.js";

/** One read call moves at most this many bytes; the system's own limit is just below 2^31. */
const READ_CHUNK_BYTES = 2 ** 28;

/** Opens a file, and nothing else, for reading. @throws CheckpointError */
export async function openFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, "r");
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    throw new CheckpointError(path, [fileProblem(error)]);
  }
  throw new CheckpointError(path, [{ subject: "file", problem: "not a file" }]);
}

/** What the system says about a file that cannot be read. */
export function fileProblem(error: unknown): Problem {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return { subject: "file", problem: "does not exist" };
  return { subject: "file", problem: `cannot be read (${error instanceof Error ? error.message : error})` };
}

/** Bytes [begin, end) of the file, in one buffer, `result` if given. @throws CheckpointError when the file ends before */
export async function readRange(
  file: FileHandle,
  path: string,
  begin: number,
  end: number,
  result = new Uint8Array(end - begin),
): Promise<Uint8Array<ArrayBuffer>> {
  let done = 0;
  while (done < result.length) {
    const length = Math.min(READ_CHUNK_BYTES, result.length - done);
    const { bytesRead } = await file.read(result, done, length, begin + done);
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
  return result;
}
