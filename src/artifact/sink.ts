/** @file Where the files of an artifact are written to: a folder. The hash is taken while the bytes pass. */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { measure, openContent } from "./measured.js";

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
