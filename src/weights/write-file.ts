/** @file Files of tensors are written whole or not at all. */
import { open } from "node:fs/promises";
import { cannotWrite, GriffinError } from "../support/errors.js";
import { makeFile } from "../support/whole.js";

/** Bytes moved by one write call at most; the system's own limit is just below 2^31. */
const WRITE_CHUNK_BYTES = 2 ** 28;

/** A file that is being written. */
export interface FileSink {
  /** Bytes appended so far. */
  readonly position: number;
  append(bytes: Uint8Array): Promise<void>;
  /** Overwrites bytes that were appended. */
  patch(bytes: Uint8Array, at: number): Promise<void>;
}

/**
 * Writes a file by what `fill` appends. `path` holds the old content or the new, never half of it; what a stopped process leaves of it goes
 * with the next one. A pipe or device gets all of it at the end.
 * @throws EnvironmentError with what the file system says; whatever `fill` throws of ours
 */
export function writeWholeFile(path: string, fill: (sink: FileSink) => Promise<void>): Promise<void> {
  return makeFile(path, (result) => fillNewFile(result, fill), "replace").catch((cause: unknown) => {
    throw cause instanceof GriffinError ? cause : cannotWrite(path, cause);
  });
}

/** Writes a new file by what `fill` appends; it is on the disk afterwards. @throws what the file system says, and whatever `fill` throws */
export async function fillNewFile(path: string, fill: (sink: FileSink) => Promise<void>): Promise<void> {
  const file = await open(path, "wx");
  let position = 0;
  const writeAt = async (bytes: Uint8Array, at: number) => {
    for (let done = 0; done < bytes.length; ) {
      const length = Math.min(WRITE_CHUNK_BYTES, bytes.length - done);
      const { bytesWritten } = await file.write(bytes, done, length, at + done);
      done += bytesWritten;
    }
  };
  try {
    await fill({
      get position() {
        return position;
      },
      append: async (bytes) => {
        await writeAt(bytes, position);
        position += bytes.length;
      },
      patch: writeAt,
    });
    await file.sync();
  } finally {
    await file.close();
  }
}
