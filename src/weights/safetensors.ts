/**
 * @file Reading safetensors files: the header is checked at once, tensors are read by position when asked
 * for.
 */
import { type FileHandle, open } from "node:fs/promises";
import type { StoredType } from "./dtype.js";
import { CheckpointError, type Problem } from "./errors.js";
import { LENGTH_BYTES, headerLength, parseHeader, type TensorEntry } from "./header.js";

/** A tensor at rest: what it is, and its bytes on request (row-major, little-endian). */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Path of its file; absent when it is computed. */
  readonly file?: string;
  /**
   * A fresh buffer at each call, or `into`, which has the tensor's size, where the tensor can be read into
   * given memory.
   */
  read(into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

export interface SafetensorsFile extends AsyncDisposable {
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  close(): Promise<void>;
}

/** One read call moves at most this many bytes; the system's own limit is just below 2^31. */
const READ_CHUNK_BYTES = 2 ** 28;

/**
 * Opens a file of any size and checks its whole header. Throws {@link CheckpointError} when the file is
 * missing, cut off, or its header lies.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const prefix = await readRange(file, path, 0, Math.min(LENGTH_BYTES, size));
    const length = headerLength(prefix, size);
    if (typeof length !== "number") throw new CheckpointError(path, [length]);
    const header = parseHeader(await readRange(file, path, LENGTH_BYTES, LENGTH_BYTES + length), size);
    if (!("tensors" in header)) throw new CheckpointError(path, header);
    const close = () => file.close();
    return {
      path,
      metadata: header.metadata,
      tensors: new Map(header.tensors.map((entry) => [entry.name, storedTensor(file, path, entry)])),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function storedTensor(file: FileHandle, path: string, entry: TensorEntry): StoredTensor {
  const { name, dtype, shape, begin, end } = entry;
  return {
    name,
    dtype,
    shape,
    bytes: end - begin,
    file: path,
    read: (into) => readRange(file, path, begin, end, into),
  };
}

async function openFile(path: string): Promise<FileHandle> {
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

/** Bytes [begin, end) of the file, in one buffer. */
async function readRange(
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
