/** @file Files of tensors are written whole or not at all. */
import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

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
 * Writes a file by what `fill` appends. The bytes go to a file beside it that is renamed at the end: `path` holds the old content or the
 * new, never half of it.
 */
export async function writeWholeFile(path: string, fill: (sink: FileSink) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = await open(temporary, "wx");
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
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}
