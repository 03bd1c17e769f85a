/** @file Where the values of a checkpoint are put: files of a folder, or entries of a database. */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fillNewFile } from "../write-file.js";

/** Bytes in parts, of which each is used before the next is asked for. */
export type Parts = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Takes values by key, each once. */
export interface ValueSink {
  /** Puts a value of `bytes` bytes that come in parts. */
  put(key: string, bytes: number, parts: Parts): Promise<void>;
}

/** The files of a folder. */
export const folderSink = (folder: string): ValueSink => ({
  put: async (key, _bytes, parts) => {
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await fillNewFile(path, async (sink) => {
      for await (const part of parts) await sink.append(part);
    });
  },
});
