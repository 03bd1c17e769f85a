/** @file Where the files of an artifact are written to: a folder. The hash is taken while the bytes pass. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { READ_BYTES } from "../support/hash.js";

/** A file's content: bytes, text, or another file of any size. */
export type Content = Uint8Array | string | { readonly copyOf: string };

/** What was written. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Takes files one after another. */
export interface Sink {
  /** @param onBytes is told how many bytes more were written */
  add(path: string, content: Content, onBytes?: (bytes: number) => void): Promise<WrittenFile>;
  close(): Promise<void>;
}

/** Content as a stream, and its size in bytes. */
export async function openContent(content: Content): Promise<{ stream: Readable; bytes: number }> {
  if (typeof content === "object" && "copyOf" in content) {
    const { size } = await stat(content.copyOf);
    return { stream: createReadStream(content.copyOf, { highWaterMark: READ_BYTES }), bytes: size };
  }
  const bytes = Buffer.from(content);
  return { stream: Readable.from([bytes], { objectMode: false }), bytes: bytes.length };
}

/** Passes bytes on unchanged; `written` says what went through. */
export function measure(path: string, onBytes?: (bytes: number) => void) {
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _, next) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes?.(chunk.length);
      next(undefined, chunk);
    },
  });
  return { stream, written: (): WrittenFile => ({ path, bytes, sha256: hash.digest("hex") }) };
}

/** Writes into an existing folder; each file is on the disk before the next begins. */
export function folderSink(folder: string): Sink {
  return {
    async add(path, content, onBytes) {
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      const { stream } = await openContent(content);
      const meter = measure(path, onBytes);
      await pipeline(stream, meter.stream, createWriteStream(target, { flags: "wx", flush: true }));
      return meter.written();
    },
    close: async () => {},
  };
}
