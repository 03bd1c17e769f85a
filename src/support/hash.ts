/** @file SHA-256 of files of any size. */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { EnvironmentError } from "./errors.js";
import { READ_AT_ONCE } from "./read-limited.js";

/** Bytes of a file that are read at once. */
export const READ_BYTES = 1 << 20;

/** SHA-256 in hexadecimal. */
export const sha256 = (content: Uint8Array | string): string =>
  createHash("sha256").update(content).digest("hex");

/** SHA-256 of a file's content. @param onBytes is told how many bytes more were read @throws what the system says; EnvironmentError for what is no file */
export async function sha256OfFile(path: string, onBytes?: (bytes: number) => void): Promise<string> {
  await using file = await open(path, READ_AT_ONCE);
  // A device may have no end.
  if ((await file.stat()).isFile()) return await sha256OfOpenFile(file, onBytes);
  throw new EnvironmentError({ message: `${path} is not a file` });
}

/** The same of a file that is open, from its beginning on. */
export async function sha256OfOpenFile(file: FileHandle, onBytes?: (bytes: number) => void): Promise<string> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return hash.digest("hex");
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
    onBytes?.(bytesRead);
  }
}

/** Which file something is, in which state: another one, or one that was written to since, is another. Programs can set the time of its content back, but not that of its inode. */
export async function stateOf(file: FileHandle): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
